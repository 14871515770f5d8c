using System.Net;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>A4: the playbook's short paths, and exports that come back as they went out.</summary>
public abstract class ExportTests(DefinitionsHost hub)
{
    // What canonical JSON must survive: characters outside ASCII, escapes, numbers in several spellings, extensions, keys in odd order.
    private const string Awkward =
        """
        { "version": "1.0.0", "x-note": { "b": 1.50, "a": [1e2, 0.1, 12345678901234567890, -0.0] },
          "steps": [ { "with": { "value": { "z": "\u00e4 🚆 \"quoted\" \\ / \u0001", "a": null, "list": [true, false, 1.0] } }, "action": "transform", "id": "one" } ],
          "slug": "awkward", "labels": { "zeta": "1", "alpha": "2" } }
        """;

    [Fact]
    public async Task A4_an_export_applied_again_is_the_same_payload_and_exports_to_the_same_bytes()
    {
        var team = await hub.NewTeamAsync();
        var other = await hub.NewTeamAsync();
        (await team.ApplyAsync(Awkward)).ShouldBe(HttpStatusCode.Created);
        var first = await team.GetAsync("/awkward/export");

        Assert.Equal("unchanged", (await team.ApplyAsync(first.Body)).ShouldBe(HttpStatusCode.OK).Text("status"));
        (await other.ApplyAsync(first.Body)).ShouldBe(HttpStatusCode.Created);
        var second = await other.GetAsync("/awkward/export");

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.ETag, second.ETag);
        Assert.Equal("application/json", first.Message.Content.Headers.ContentType!.ToString());
        Assert.Equal("awkward-1.0.0.json", first.Message.Content.Headers.ContentDisposition!.FileName);
    }

    [Fact]
    public async Task A4_a_client_that_has_the_bytes_is_told_so()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var first = await team.GetAsync("/report/export");

        foreach (var path in new[] { "/report/export", "/report/versions/1.0.0" })
        {
            var again = await team.GetAsync(path, ifNoneMatch: first.ETag);
            again.ShouldBe(HttpStatusCode.NotModified);
            Assert.Equal("", again.Body);
            Assert.Equal(first.ETag, again.ETag);
        }

        (await team.ApplyAsync(Documents.Report(version: "1.0.1"))).ShouldBe(HttpStatusCode.Created);
        (await team.GetAsync("/report/export", ifNoneMatch: first.ETag)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A4_an_export_is_of_the_latest_version_or_a_given_one_or_the_one_an_environment_runs()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "1.1.0"), "?activate=false")).ShouldBe(HttpStatusCode.Created);

        Assert.Equal("1.1.0", (await team.GetAsync("/report/export")).Json.Text("version"));
        Assert.Equal("1.0.0", (await team.GetAsync("/report/export?version=1.0.0")).Json.Text("version"));
        Assert.Equal("1.0.0", (await team.GetAsync("/report/export?environment=dev")).Json.Text("version"));
        (await team.GetAsync("/report/export?environment=prod")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
        (await team.GetAsync("/report/export?environment=moon")).ShouldRefuse(HttpStatusCode.NotFound, "ENVIRONMENT_NOT_FOUND");
        (await team.GetAsync("/report/export?version=3.0.0")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
    }

    [Fact]
    public async Task A4_the_short_paths_work_in_the_callers_organization()
    {
        var team = await hub.NewTeamAsync();

        (await team.PostAsync("~/workflows", Documents.Report().ToJsonString(), "application/json")).ShouldBe(HttpStatusCode.Created);

        var exported = await team.GetAsync("~/workflows/report");
        Assert.Equal((await team.GetAsync("/report/export")).Body, exported.Body);
        Assert.Equal("unchanged", (await team.PostAsync("~/workflows", exported.Body, "application/json")).ShouldBe(HttpStatusCode.OK).Text("status"));
        (await team.GetAsync("~/workflows/nobody")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task A11_posting_the_last_good_payload_to_the_short_path_rolls_back()
    {
        var team = await hub.NewTeamAsync();
        var good = Documents.Report().ToJsonString();
        (await team.ApplyAsync(good)).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "1.1.0").With("description", "Faulty"))).ShouldBe(HttpStatusCode.Created);
        Assert.Equal("1.1.0", (await team.GetAsync("/report/export?environment=dev")).Json.Text("version"));

        var back = (await team.PostAsync("~/workflows", good, "application/json")).ShouldBe(HttpStatusCode.OK);

        Assert.Equal("activated", back.Text("status"));
        Assert.Equal("1.0.0", back.GetProperty("environments").Text("dev"));
        Assert.Equal("1.0.0", (await team.GetAsync("/report/export?environment=dev")).Json.Text("version"));
        var detail = await hub.ScalarAsync<string>(
            "SELECT detail_json FROM audit_logs WHERE org = @Org AND action = 'workflow.activated'", new { team.Org });
        Assert.Contains("1.1.0", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A4_a_document_answers_head_with_its_size_and_digest()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var whole = await team.GetAsync("/report/export");

        var head = await team.HeadAsync("/report/export");

        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Equal("", head.Body);
        Assert.Equal(whole.ETag, head.ETag);
        Assert.Equal(whole.Message.Content.Headers.ContentLength, head.Message.Content.Headers.ContentLength);
    }
}

public sealed class ExportOnSqlite(SqliteHost hub) : ExportTests(hub);

public sealed class ExportOnPostgres(PostgresHost hub) : ExportTests(hub);

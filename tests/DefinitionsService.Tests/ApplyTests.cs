using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>A1: immutable versions with a digest, from JSON and YAML.</summary>
public abstract class ApplyTests(DefinitionsHost hub)
{
    [Fact]
    public async Task A1_a_new_version_is_stored_with_its_digest_and_becomes_active_in_dev()
    {
        var team = await hub.NewTeamAsync();

        var reply = await team.ApplyAsync(Documents.Report());

        var applied = reply.ShouldBe(HttpStatusCode.Created);
        Assert.Equal("created", applied.Text("status"));
        Assert.True(applied.GetProperty("latest").GetBoolean());
        Assert.Equal("1.0.0", applied.GetProperty("environments").Text("dev"));
        Assert.Equal($"/v1/orgs/{team.Org}/workflows/report/versions/1.0.0", reply.Message.Headers.Location!.ToString());
        var stored = await team.GetAsync("~" + reply.Message.Headers.Location);
        stored.ShouldBe(HttpStatusCode.OK);
        Assert.Equal(applied.Text("digest"), $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stored.Body)))}");
        Assert.Equal($"\"{applied.Text("digest")}\"", stored.ETag);
        Assert.Equal(reply.ETag, stored.ETag);
    }

    [Fact]
    public async Task A1_the_same_payload_again_changes_nothing()
    {
        var team = await hub.NewTeamAsync();
        var first = (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var before = (await team.GetAsync("/report")).ShouldBe(HttpStatusCode.OK);

        // Spaces and the order of fields are not content.
        var spaced = Documents.Report().ToJsonString(new() { WriteIndented = true });
        var again = (await team.ApplyAsync(spaced)).ShouldBe(HttpStatusCode.OK);

        Assert.Equal("unchanged", again.Text("status"));
        Assert.Equal(first.Text("digest"), again.Text("digest"));
        var after = (await team.GetAsync("/report")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(1, await hub.ScalarAsync<long>("SELECT count(*) FROM audit_logs WHERE org = @Org AND action LIKE 'workflow%'", new { team.Org }));
    }

    [Fact]
    public async Task A1_another_payload_under_the_same_version_is_refused_and_told_which_number_to_use()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var patch = await team.ApplyAsync(Documents.Report().With("description", "Better words"));
        patch.ShouldRefuse(HttpStatusCode.Conflict, "VERSION_IMMUTABLE");
        Assert.Contains("1.0.1", patch.Json.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("/version", Assert.Single(patch.Pointers));

        var minor = await team.ApplyAsync(Documents.Report().WithOptionalParameter());
        Assert.Contains("1.1.0", minor.ShouldRefuse(HttpStatusCode.Conflict, "VERSION_IMMUTABLE").Text("detail"), StringComparison.Ordinal);

        var major = await team.ApplyAsync(Documents.Report().RequiringDay());
        Assert.Contains("2.0.0", major.ShouldRefuse(HttpStatusCode.Conflict, "VERSION_IMMUTABLE").Text("detail"), StringComparison.Ordinal);

        Assert.DoesNotContain("Better words", (await team.GetAsync("/report/export")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A1_build_metadata_does_not_make_another_version()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report(version: "1.0.0+a"))).ShouldBe(HttpStatusCode.Created);

        (await team.ApplyAsync(Documents.Report(version: "1.0.0+b"))).ShouldRefuse(HttpStatusCode.Conflict, "VERSION_IMMUTABLE");
        (await team.GetAsync("/report/versions/1.0.0%2Ba")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("application/yaml")]
    [InlineData("application/x-yaml; charset=utf-8")]
    [InlineData("text/yaml")]
    public async Task A1_yaml_and_json_of_the_same_document_are_one_payload(string contentType)
    {
        var team = await hub.NewTeamAsync();
        const string yaml =
            """
            # The daily report.
            slug: report
            version: 1.0.0
            name: Report
            owner: logistics
            labels: { team: logistics }
            parameters:
              type: object
              properties:
                day: { type: string }
            steps:
              - id: rows
                action: transform
                with: { value: "${{ parameters.day }}" }
            outputs:
              rows: "${{ steps.rows.output }}"
            """;

        (await team.ApplyAsync(yaml, contentType)).ShouldBe(HttpStatusCode.Created);

        Assert.Equal("unchanged", (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.OK).Text("status"));
    }

    [Fact]
    public async Task A1_of_two_payloads_for_one_version_at_once_exactly_one_is_stored()
    {
        var team = await hub.NewTeamAsync();
        for (var round = 0; round < 5; round++)
        {
            // Even rounds race for a workflow that does not exist yet, odd ones for a further version of it.
            var slug = $"race-{round / 2}";
            var version = $"1.{round % 2}.0";
            var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer =>
                team.ApplyAsync(Documents.Report(slug, version).With("description", $"Writer {writer}"))));

            var winner = Assert.Single(replies, reply => reply.Status == HttpStatusCode.Created);
            Assert.All(replies.Where(reply => reply != winner), reply => reply.ShouldRefuse(HttpStatusCode.Conflict, "VERSION_IMMUTABLE"));
            Assert.Equal(winner.ETag, (await team.GetAsync($"/{slug}/versions/{version}")).ETag);
        }

        Assert.Equal(5, await hub.ScalarAsync<long>("SELECT count(*) FROM workflow_definitions WHERE org = @Org", new { team.Org }));
        Assert.Equal(5, await hub.ScalarAsync<long>("SELECT count(*) FROM audit_logs WHERE org = @Org AND action = 'workflow.applied'", new { team.Org }));
    }

    [Fact]
    public async Task A1_many_clients_with_the_same_payload_store_it_once()
    {
        var team = await hub.NewTeamAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => team.ApplyAsync(Documents.Report())));

        Assert.Single(replies, reply => reply.Status == HttpStatusCode.Created);
        Assert.Equal(15, replies.Count(reply => reply.Status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A1_a_client_that_read_an_older_state_is_stopped_by_if_match()
    {
        var team = await hub.NewTeamAsync();
        var first = await team.ApplyAsync(Documents.Report());
        var revision = (await team.GetAsync("/report")).ETag;

        // Both what GET /{slug} and what GET /{slug}/export gave out are accepted.
        (await team.ApplyAsync(Documents.Report(version: "1.0.1"), ifMatch: revision)).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "1.0.2"), ifMatch: revision)).ShouldRefuse(HttpStatusCode.PreconditionFailed, "PRECONDITION_FAILED");
        (await team.ApplyAsync(Documents.Report(version: "1.0.2"), ifMatch: first.ETag)).ShouldRefuse(HttpStatusCode.PreconditionFailed, "PRECONDITION_FAILED");
        var latest = (await team.GetAsync("/report/export")).ETag;
        (await team.ApplyAsync(Documents.Report(version: "1.0.2"), ifMatch: latest)).ShouldBe(HttpStatusCode.Created);

        (await team.ApplyAsync(Documents.Report(version: "1.0.3"), ifNoneMatch: "*")).ShouldRefuse(HttpStatusCode.PreconditionFailed, "PRECONDITION_FAILED");
        (await team.ApplyAsync(Documents.Report("other"), ifMatch: "*")).ShouldRefuse(HttpStatusCode.PreconditionFailed, "PRECONDITION_FAILED");
        (await team.ApplyAsync(Documents.Report("other"), ifNoneMatch: "*")).ShouldBe(HttpStatusCode.Created);
        (await team.GetAsync("/report/versions/1.0.3")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
    }

    [Fact]
    public async Task A1_the_schema_is_published_to_everyone()
    {
        using var anonymous = new HttpClient { BaseAddress = new Uri(hub.Service.Url) };

        var schema = await Reply.OfAsync(anonymous.GetAsync(new Uri("/v1/schema/workflow.json", UriKind.Relative)));

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.ShouldBe(HttpStatusCode.OK).Text("$schema"));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/schema/workflow.json");
        again.Headers.TryAddWithoutValidation("If-None-Match", schema.ETag);
        (await Reply.OfAsync(anonymous.SendAsync(again))).ShouldBe(HttpStatusCode.NotModified);
    }
}

public sealed class ApplyOnSqlite(SqliteHost hub) : ApplyTests(hub);

public sealed class ApplyOnPostgres(PostgresHost hub) : ApplyTests(hub);

using System.Net;
using System.Text.Json.Nodes;
using Switchyard.Tests.Support;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>A2: what the linter finds is answered with stable codes and places, by lint and by apply alike.</summary>
public abstract class LintTests(DefinitionsHost hub)
{
    private const string Broken =
        """
        slug: report
        version: 1.0.0
        steps:
          - id: a
            action: noop
            dependsOn: [b]
          - id: b
            action: noop
            dependsOn: [a]
          - id: c
            action: noop
            dependsOn: [nobody]
        """;

    [Fact]
    public async Task A2_lint_names_each_finding_with_code_pointer_line_and_column_and_stores_nothing()
    {
        var team = await hub.NewTeamAsync();

        var lint = (await team.LintAsync(Broken, "application/yaml")).ShouldBe(HttpStatusCode.OK);

        Assert.False(lint.GetProperty("valid").GetBoolean());
        var findings = lint.GetProperty("diagnostics").EnumerateArray().Where(one => one.Text("severity") == "error").ToList();
        Assert.All(findings, finding => Assert.Matches("^WF[0-9]{3}$", finding.Text("code")));
        var unknown = Assert.Single(findings, finding => finding.Text("pointer") == "/steps/2/dependsOn/0");
        Assert.Equal(12, unknown.GetProperty("line").GetInt32());
        Assert.True(unknown.GetProperty("column").GetInt32() > 1);
        Assert.Equal("WF102", unknown.Text("code"));
        Assert.Contains(findings, finding => finding.Text("code") == "WF103");
        (await team.GetAsync("/report")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task A2_apply_refuses_what_lint_calls_an_error_with_the_same_findings()
    {
        var team = await hub.NewTeamAsync();
        var lint = (await team.LintAsync(Broken, "application/yaml")).ShouldBe(HttpStatusCode.OK);

        var refused = (await team.ApplyAsync(Broken, "application/yaml")).ShouldRefuse(HttpStatusCode.UnprocessableEntity, "LINT_FAILED");

        Assert.Equal(
            lint.GetProperty("diagnostics").EnumerateArray().Where(one => one.Text("severity") == "error")
                .Select(one => (one.Text("code"), one.Text("pointer"), one.GetProperty("line").GetInt32())),
            refused.GetProperty("errors").EnumerateArray()
                .Select(one => (one.Text("code"), one.Text("pointer"), one.GetProperty("line").GetInt32())));
        (await team.GetAsync("/report")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task A2_a_sound_document_is_valid_and_its_digest_is_the_one_that_apply_gives_it()
    {
        var team = await hub.NewTeamAsync();
        var text = Documents.Report().ToJsonString();

        var lint = (await team.LintAsync(text)).ShouldBe(HttpStatusCode.OK);

        Assert.True(lint.GetProperty("valid").GetBoolean(), lint.GetRawText());
        Assert.Equal((await team.ApplyAsync(text)).ShouldBe(HttpStatusCode.Created).Text("digest"), lint.Text("digest"));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.0.0.8/internal")]
    [InlineData("http://127.0.0.1:5432/")]
    public async Task A2_an_address_that_this_hub_does_not_let_out_to_is_an_error(string url)
    {
        var team = await hub.NewTeamAsync();
        var call = new JsonObject { ["id"] = "call", ["action"] = "http.request", ["with"] = new JsonObject { ["method"] = "GET", ["url"] = url } };

        var refused = await team.ApplyAsync(Documents.Report().WithStep(call));

        var error = Assert.Single(refused.ShouldRefuse(HttpStatusCode.UnprocessableEntity, "LINT_FAILED").GetProperty("errors").EnumerateArray());
        Assert.Equal("WF141", error.Text("code"));
        Assert.Equal("/steps/1/with/url", error.Text("pointer"));
    }

    [Fact]
    public async Task A2_every_sample_is_applied_without_a_finding()
    {
        var team = await hub.NewTeamAsync();
        var samples = Directory.GetFiles(Repository.PathOf("samples"), "workflow.*", SearchOption.AllDirectories);

        Assert.NotEmpty(samples);
        foreach (var sample in samples)
        {
            var reply = await team.ApplyAsync(
                await File.ReadAllTextAsync(sample), sample.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/yaml");
            var applied = reply.ShouldBe(HttpStatusCode.Created);
            Assert.Empty(applied.GetProperty("warnings").EnumerateArray());
        }
    }

    [Fact]
    public async Task A2_what_is_not_json_at_all_is_a_finding_with_its_place()
    {
        var team = await hub.NewTeamAsync();

        var lint = (await team.LintAsync("{\n  \"slug\": \"report\",,\n}")).ShouldBe(HttpStatusCode.OK);

        Assert.False(lint.GetProperty("valid").GetBoolean());
        Assert.Equal(2, lint.GetProperty("diagnostics")[0].GetProperty("line").GetInt32());
    }
}

public sealed class LintOnSqlite(SqliteHost hub) : LintTests(hub);

public sealed class LintOnPostgres(PostgresHost hub) : LintTests(hub);

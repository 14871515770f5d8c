using System.Net;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>B1: each environment of the chain has its own active version; applying moves the first one only.</summary>
public abstract class EnvironmentTests(DefinitionsHost hub)
{
    [Fact]
    public async Task B1_applying_activates_in_dev_and_leaves_staging_and_prod_alone()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var chain = (await team.GetAsync("/report/environments")).ShouldBe(HttpStatusCode.OK).GetProperty("environments");

        Assert.Equal(["dev", "staging", "prod"], chain.EnumerateArray().Select(one => one.Text("name")));
        Assert.Equal("1.0.0", chain[0].Text("version"));
        Assert.Equal("ada", chain[0].Text("activatedBy"));
        Assert.False(chain[0].GetProperty("differs").GetBoolean());
        Assert.False(chain[1].TryGetProperty("version", out _));
        Assert.True(chain[1].GetProperty("differs").GetBoolean());
        Assert.Equal("dev", chain[1].Text("after"));
        (await team.GetAsync("/nobody/environments")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task B1_an_older_version_is_stored_but_becomes_active_on_request_only()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report(version: "1.1.0"))).ShouldBe(HttpStatusCode.Created);

        var older = (await team.ApplyAsync(Documents.Report(version: "1.0.0"))).ShouldBe(HttpStatusCode.Created);
        Assert.False(older.GetProperty("latest").GetBoolean());
        Assert.Equal("1.1.0", older.GetProperty("environments").Text("dev"));

        var back = (await team.ApplyAsync(Documents.Report(version: "1.0.0"), "?activate=true")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("activated", back.Text("status"));
        Assert.Equal("1.0.0", back.GetProperty("environments").Text("dev"));
        Assert.Equal("1.1.0", (await team.GetAsync("/report")).Json.Text("latestVersion"));

        // Asking again changes nothing more.
        Assert.Equal("unchanged", (await team.ApplyAsync(Documents.Report(version: "1.0.0"), "?activate=true")).ShouldBe(HttpStatusCode.OK).Text("status"));
        Assert.Equal(1, await hub.ScalarAsync<long>("SELECT count(*) FROM audit_logs WHERE org = @Org AND action = 'workflow.activated'", new { team.Org }));
    }

    [Fact]
    public async Task B1_a_version_can_be_stored_without_becoming_active()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var stored = (await team.ApplyAsync(Documents.Report(version: "1.1.0"), "?activate=false")).ShouldBe(HttpStatusCode.Created);

        Assert.True(stored.GetProperty("latest").GetBoolean());
        Assert.Equal("1.0.0", stored.GetProperty("environments").Text("dev"));
        Assert.True((await team.GetAsync("/report/environments")).Json.GetProperty("environments")[0].GetProperty("differs").GetBoolean());
    }

    [Fact]
    public async Task A7_each_change_is_audited_with_who_and_what_was_before_and_after()
    {
        var team = await hub.NewTeamAsync();
        var first = (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var second = (await team.ApplyAsync(Documents.Report(version: "1.1.0"))).ShouldBe(HttpStatusCode.Created);

        var detail = System.Text.Json.JsonElement.Parse(await hub.ScalarAsync<string>(
            """
            SELECT detail_json FROM audit_logs
            WHERE org = @Org AND action = 'workflow.applied' AND resource = 'workflows/report@1.1.0'
              AND actor = 'ada' AND token_id = 'tok-1' AND ip = '192.0.2.7' AND status = 'ok' AND trace_id IS NOT NULL
            """,
            new { team.Org }));

        Assert.Equal(first.Text("digest"), detail.GetProperty("before").Text("digest"));
        Assert.Equal("1.0.0", detail.GetProperty("before").Text("version"));
        Assert.Equal($"1.0.0 {first.Text("digest")}", detail.GetProperty("before").GetProperty("active").Text("dev"));
        Assert.Equal(second.Text("digest"), detail.GetProperty("after").Text("digest"));
        Assert.Equal($"1.1.0 {second.Text("digest")}", detail.GetProperty("after").GetProperty("active").Text("dev"));
        Assert.True((await new Storage.Audit.AuditVerifier(hub.Database).VerifyAsync(team.Org)).IsSound);
    }
}

public sealed class EnvironmentsOnSqlite(SqliteHost hub) : EnvironmentTests(hub);

public sealed class EnvironmentsOnPostgres(PostgresHost hub) : EnvironmentTests(hub);

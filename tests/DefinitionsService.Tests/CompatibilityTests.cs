using System.Net;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>A3: a change that breaks callers needs a new major version, or insistence.</summary>
public abstract class CompatibilityTests(DefinitionsHost hub)
{
    [Fact]
    public async Task A3_a_breaking_change_without_a_major_bump_is_refused_and_each_change_is_listed()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var refused = await team.ApplyAsync(Documents.Report(version: "1.1.0").RequiringDay().Without("outputs"));

        var problem = refused.ShouldRefuse(HttpStatusCode.Conflict, "BREAKING_CHANGE");
        Assert.Contains("2.0.0", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("report-v2", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Contains(refused.Pointers, pointer => pointer.StartsWith("/parameters", StringComparison.Ordinal));
        Assert.Contains(refused.Pointers, pointer => pointer.StartsWith("/outputs", StringComparison.Ordinal));
        (await team.GetAsync("/report/versions/1.1.0")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
        Assert.Equal("1.0.0", (await team.GetAsync("/report")).Json.Text("latestVersion"));
    }

    [Fact]
    public async Task A3_the_same_change_is_taken_under_a_new_major_version_or_a_new_slug()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var major = (await team.ApplyAsync(Documents.Report(version: "2.0.0").RequiringDay())).ShouldBe(HttpStatusCode.Created);
        Assert.Equal("1.0.0", major.Text("comparedWith"));
        Assert.Contains(major.GetProperty("changes").EnumerateArray(), change => change.Text("kind") == "breaking");
        Assert.False(major.GetProperty("forced").GetBoolean());
        (await team.ApplyAsync(Documents.Report("report-v2", "1.1.0").RequiringDay())).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A3_an_additive_change_is_taken_under_a_minor_version()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var minor = (await team.ApplyAsync(Documents.Report(version: "1.1.0").WithOptionalParameter())).ShouldBe(HttpStatusCode.Created);

        Assert.Contains(minor.GetProperty("changes").EnumerateArray(), change => change.Text("kind") == "additive");
    }

    [Fact]
    public async Task A3_force_takes_a_breaking_change_and_the_audit_log_keeps_what_was_forced()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        var forced = (await team.ApplyAsync(Documents.Report(version: "1.1.0").RequiringDay(), "?force=true")).ShouldBe(HttpStatusCode.Created);

        Assert.True(forced.GetProperty("forced").GetBoolean());
        var detail = await hub.ScalarAsync<string>(
            "SELECT detail_json FROM audit_logs WHERE org = @Org AND resource = 'workflows/report@1.1.0'", new { team.Org });
        Assert.Contains("/parameters", detail, StringComparison.Ordinal);
        Assert.Contains("\"forced\":[", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A3_a_version_between_two_is_compared_with_the_release_below_it()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "2.0.0-beta.1").RequiringDay())).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "2.0.0").RequiringDay())).ShouldBe(HttpStatusCode.Created);

        // A later fix of the first line does not have to require what the second line requires.
        var fix = (await team.ApplyAsync(Documents.Report(version: "1.0.1").With("description", "Fixed"))).ShouldBe(HttpStatusCode.Created);
        Assert.Equal("1.0.0", fix.Text("comparedWith"));
        Assert.False(fix.GetProperty("latest").GetBoolean());

        var next = (await team.ApplyAsync(Documents.Report(version: "2.0.1").RequiringDay())).ShouldBe(HttpStatusCode.Created);
        Assert.Equal("2.0.0", next.Text("comparedWith"));
    }

    [Fact]
    public async Task A3_a_pre_release_promises_nothing_to_what_follows_it()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report(version: "1.0.0-beta.1"))).ShouldBe(HttpStatusCode.Created);

        var next = (await team.ApplyAsync(Documents.Report(version: "1.0.0-beta.2").RequiringDay())).ShouldBe(HttpStatusCode.Created);
        var release = (await team.ApplyAsync(Documents.Report(version: "1.0.0").RequiringDay().Without("outputs"))).ShouldBe(HttpStatusCode.Created);

        Assert.False(next.TryGetProperty("comparedWith", out _));
        Assert.False(release.TryGetProperty("comparedWith", out _));
    }

    [Fact]
    public async Task A3_compare_says_what_changed_and_which_number_the_change_asks_for()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "1.1.0").WithOptionalParameter())).ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report(version: "2.0.0").RequiringDay())).ShouldBe(HttpStatusCode.Created);

        var additive = (await team.GetAsync("/report/compare?from=1.0.0&to=1.1.0")).ShouldBe(HttpStatusCode.OK);
        Assert.False(additive.GetProperty("isBreaking").GetBoolean());
        Assert.Equal("1.1.0", additive.Text("suggestedVersion"));

        var breaking = (await team.GetAsync("/report/compare")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("1.1.0", breaking.GetProperty("from").Text("version"));
        Assert.Equal("2.0.0", breaking.GetProperty("to").Text("version"));
        Assert.True(breaking.GetProperty("isBreaking").GetBoolean());
        Assert.Equal("2.0.0", breaking.Text("suggestedVersion"));

        (await team.GetAsync("/report/compare?from=9.9.9&to=1.0.0")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
        (await team.GetAsync("/nobody/compare")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }
}

public sealed class CompatibilityOnSqlite(SqliteHost hub) : CompatibilityTests(hub);

public sealed class CompatibilityOnPostgres(PostgresHost hub) : CompatibilityTests(hub);

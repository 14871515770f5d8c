using System.Net;
using Dapper;
using Switchyard.DefinitionsService.Versions;
using Switchyard.DefinitionsService.Workflows;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>Ten thousand workflows, and ten thousand versions of one: each answer reads what it shows, by an index, and no more.</summary>
public abstract class ScaleTests(DefinitionsHost hub)
{
    private const int Many = 10_000;

    /// <summary>How the database says that it reads a whole table, or sorts what no index gave in order.</summary>
    protected abstract string Explain { get; }

    protected abstract string[] Wasteful { get; }

    [Fact]
    public async Task A1_ten_thousand_workflows_are_paged_through_once_each_by_index()
    {
        var team = await hub.NewTeamAsync();
        await FillWorkflowsAsync(team.Org);

        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = (await team.GetAsync($"?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}")).ShouldBe(HttpStatusCode.OK);
            Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.True(seen.Add(item.Text("slug"))));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(Many, seen.Count);
        Assert.Equal(Many / 100, await CountAsync(team, "?owner=team-7&limit=500"));
        Assert.Equal(Many / 1000, await CountAsync(team, "?label=bucket:7&limit=500"));
        Assert.Equal(1, await CountAsync(team, "?text=number 9999"));

        await AssertThriftyAsync(new WorkflowFilter(), team.Org);
        await AssertThriftyAsync(new WorkflowFilter(Owner: "team-7"), team.Org);
        await AssertThriftyAsync(new WorkflowFilter(Labels: [new("bucket", "7")]), team.Org);
    }

    [Fact]
    public async Task A1_ten_thousand_versions_of_one_workflow_cost_an_apply_no_more_than_one()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report(version: "1.0.0"))).ShouldBe(HttpStatusCode.Created);
        await FillVersionsAsync(team.Org);

        var applied = (await team.ApplyAsync(Documents.Report(version: $"1.{Many + 1}.0"))).ShouldBe(HttpStatusCode.Created);
        Assert.Equal($"1.{Many}.0", applied.Text("comparedWith"));
        var page = (await team.GetAsync("/report/versions?limit=2")).ShouldBe(HttpStatusCode.OK).GetProperty("items");
        Assert.Equal([$"1.{Many + 1}.0", $"1.{Many}.0"], page.EnumerateArray().Select(one => one.Text("version")));

        var (org, slug, versionSort, before, take) = (team.Org, "report", "011.045000.010~", "011.045000.010~", 51);
        await AssertThriftyAsync(VersionStore.Page, new DynamicParameters(new { org, slug, before, take }));
        await AssertThriftyAsync(VersionStore.Baseline, new DynamicParameters(new { org, slug, versionSort }));
        await AssertThriftyAsync(VersionStore.Latest, new DynamicParameters(new { org, slug }));
    }

    private static async Task<int> CountAsync(Team team, string query) =>
        (await team.GetAsync(query)).ShouldBe(HttpStatusCode.OK).GetProperty("items").GetArrayLength();

    private Task AssertThriftyAsync(WorkflowFilter filter, string org)
    {
        var parameters = new DynamicParameters(new { org, after = "w-5", take = 51 });
        return AssertThriftyAsync(WorkflowStore.PageOf(filter, parameters), parameters);
    }

    private async Task AssertThriftyAsync(string sql, DynamicParameters parameters)
    {
        await using var connection = await hub.Database.OpenAsync();
        await using var reader = await connection.ExecuteReaderAsync($"{Explain} {sql}", parameters);
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(reader.FieldCount - 1));
        }

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, line => Wasteful.Any(sign => line.Contains(sign, StringComparison.Ordinal)));
    }

    private Task FillWorkflowsAsync(string org) => ExecuteAsync(
        $"""
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Many - 1})
        INSERT INTO workflows (org, slug, name, owner, search_text, latest_version, created_at, updated_at)
        SELECT @org, 'w-' || CAST(i AS text), 'Number', 'team-' || CAST(i % 100 AS text), 'number ' || CAST(i AS text), '1.0.0', @now, @now FROM n;
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Many - 1})
        INSERT INTO workflow_labels (org, slug, label, value)
        SELECT @org, 'w-' || CAST(i AS text), 'bucket', CAST(i % 1000 AS text) FROM n;
        ANALYZE
        """,
        org);

    private Task FillVersionsAsync(string org) => ExecuteAsync(
        $"""
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
        INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
        SELECT @org, 'report', '1.' || CAST(i AS text) || '.0', '011.0' || CAST(length(CAST(i AS text)) AS text) || CAST(i AS text) || '.010~',
               'sha256:none', (SELECT document FROM workflow_definitions WHERE org = @org), 'ada', @now
        FROM n;
        ANALYZE
        """,
        org);

    private async Task ExecuteAsync(string sql, string org)
    {
        await using var connection = await hub.Database.OpenAsync();
        await connection.ExecuteAsync(sql, new { org, now = TimeProvider.System.GetUtcNow() }, commandTimeout: 120);
    }
}

public sealed class ScaleOnSqlite(SqliteHost hub) : ScaleTests(hub)
{
    protected override string Explain => "EXPLAIN QUERY PLAN";

    protected override string[] Wasteful => ["SCAN", "TEMP B-TREE"];
}

public sealed class ScaleOnPostgres(PostgresHost hub) : ScaleTests(hub)
{
    protected override string Explain => "EXPLAIN";

    protected override string[] Wasteful => ["Seq Scan", "Sort"];
}

using System.Text.RegularExpressions;
using Dapper;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Recovery;

/// <summary>Runner processes that are killed, frozen, or several at once.</summary>
public sealed partial class RecoveryTests
{
    private static string TwoSteps(HttpReceiver receiver) =>
        $$"""
        {"slug":"two","version":"1.0.0","steps":[
          {"id":"first","action":"http.request","with":{"method":"POST","url":"{{receiver.Url}}/first"} },
          {"id":"second","action":"http.request","dependsOn":["first"],"with":{"method":"POST","url":"{{receiver.Url}}/second"} }]}
        """;

    [Fact]
    public async Task X4_a_killed_runner_loses_nothing_and_its_completed_steps_do_not_run_again()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/first", Answer.Ok()).On("/second", Answer.Hang(), Answer.Ok());
        await using var cluster = await RunnerCluster.StartAsync(1, withRedis: true);
        await cluster.ApplyAsync(TwoSteps(receiver));
        var run = (await cluster.TryStartAsync("two"))!.Value;
        await Eventually.TrueAsync(() => receiver.RequestsTo("/second").Count == 1, "the second step was not reached");

        await cluster.Runners[0].Kill9Async();
        await cluster.AddRunnerAsync();

        await cluster.EndedAsync(run, TimeSpan.FromSeconds(15));
        Assert.Equal("succeeded", await cluster.StatusAsync(run));
        Assert.Single(receiver.RequestsTo("/first"));
        Assert.Equal(2, receiver.RequestsTo("/second").Count);
        Assert.Equal(receiver.RequestsTo("/second")[0].Headers["Idempotency-Key"], receiver.RequestsTo("/second")[1].Headers["Idempotency-Key"]);
        await AssertNoGapAsync(cluster);
    }

    [Fact]
    public async Task X4_a_runner_that_was_frozen_and_wakes_up_cannot_change_anything()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/first", Answer.Ok()).On("/second", Answer.Ok("late").After(TimeSpan.FromSeconds(5)), Answer.Ok("in time"));
        await using var cluster = await RunnerCluster.StartAsync(1, withRedis: true);
        await cluster.ApplyAsync(TwoSteps(receiver));
        var run = (await cluster.TryStartAsync("two"))!.Value;
        await Eventually.TrueAsync(() => receiver.RequestsTo("/second").Count == 1, "the second step was not reached");

        cluster.Runners[0].Freeze();
        await cluster.AddRunnerAsync();
        await cluster.EndedAsync(run, TimeSpan.FromSeconds(15));
        var before = await SnapshotAsync(cluster, run);
        cluster.Runners[0].Unfreeze();

        await Eventually.TrueAsync(() => cluster.Runners[0].Output.Contains("someone else's now", StringComparison.Ordinal), "the frozen runner did not notice that it had lost the run");
        Assert.Equal(before, await SnapshotAsync(cluster, run));
        Assert.Contains("in time", before, StringComparison.Ordinal);
        await AssertNoGapAsync(cluster);
    }

    [Fact]
    public async Task E5_several_runners_share_the_work_and_do_nothing_twice()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var cluster = await RunnerCluster.StartAsync(2, withRedis: false);
        await cluster.ApplyAsync(
            $$"""
            {"slug":"shared","version":"1.0.0","steps":[
              {"id":"pause","action":"delay","with":{"seconds":1} },
              {"id":"call","action":"http.request","dependsOn":["pause"],"with":{"method":"POST","url":"{{receiver.Url}}/call"} }]}
            """);
        for (var i = 0; i < 60; i++) { Assert.NotNull(await cluster.TryStartAsync("shared", through: i % 2)); }

        await Eventually.TrueAsync(async () => await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_runs WHERE status = 'succeeded'") == 60, "not all runs succeeded", TimeSpan.FromSeconds(40));

        Assert.Equal(60, receiver.RequestsTo("/call").Count);
        Assert.Equal(60, receiver.RequestsTo("/call").Select(request => request.Headers["Idempotency-Key"]).Distinct().Count());
        await AssertNoGapAsync(cluster);
    }

    [Fact]
    public async Task Q1_a_run_is_answered_with_201_and_its_location_once_it_is_stored_and_enqueued()
    {
        await using var cluster = await RunnerCluster.StartAsync(1, withRedis: true);
        await cluster.ApplyAsync("""{"slug":"later","version":"1.0.0","steps":[{"id":"a","action":"delay","with":{"seconds":60}}]}""");

        using var answer = await cluster.PostAsync("/v1/orgs/default/workflows/later/runs", "{}");
        var id = Guid.Parse(answer.Headers.Location!.OriginalString.Split('/')[^1]);

        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(1, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_runs WHERE id = @id", new { id }));
        Assert.Equal(1, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_events WHERE run_id = @id AND type = 'workflow_run_enqueued'", new { id }));
        await cluster.Redis!.KillAsync();
        using var refused = await cluster.PostAsync("/v1/orgs/default/workflows/later/runs", "{}");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("QUEUE_UNAVAILABLE", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(1, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_runs"));
    }

    [Fact]
    public async Task E4_the_cron_endpoint_wants_its_key_and_a_sensible_limit()
    {
        await using var cluster = await RunnerCluster.StartAsync(1, withRedis: false);

        Assert.Equal(401, await ProcessAsync(cluster, null, ""));
        Assert.Equal(401, await ProcessAsync(cluster, "wrong", ""));
        Assert.Equal(400, await ProcessAsync(cluster, "internal-key", "?limit=0"));
        Assert.Equal(400, await ProcessAsync(cluster, "internal-key", "?limit=501"));
        Assert.Equal(400, await ProcessAsync(cluster, "internal-key", "?limit=many"));
        Assert.Equal(200, await ProcessAsync(cluster, "internal-key", "?limit=500"));
        await cluster.AddRunnerAsync(
            ("ASPNETCORE_ENVIRONMENT", "Production"), ("DOTNET_ENVIRONMENT", "Production"), ("INTERNAL_API_KEY", ""));
        Assert.Equal(503, await ProcessAsync(cluster, "", "", runner: 1));
    }

    [Fact]
    public async Task E3_the_operators_queries_run_unchanged_on_postgres()
    {
        await using var cluster = await RunnerCluster.StartAsync(1, withRedis: false);
        await cluster.ApplyAsync(
            """
            {"slug":"mixed","version":"1.0.0","steps":[
              {"id":"bad","action":"fail","with":{"message":"x","transient":true},"continueOnError":true,"retry":{"maxAttempts":2,"initialMs":10}},
              {"id":"no","action":"noop","when":"false"}]}
            """);
        var run = (await cluster.TryStartAsync("mixed"))!.Value;
        await cluster.EndedAsync(run, TimeSpan.FromSeconds(20));
        var runbook = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "workflow-engine-runbook.txt"), TestContext.Current.CancellationToken);
        var queries = SqlBlock().Matches(runbook).Select(match => match.Groups["sql"].Value).ToArray();
        await using var connection = await cluster.Database.OpenAsync();

        var lag = await connection.QueryAsync(queries[0]);
        var failures = (await connection.QueryAsync(queries[1])).Select(row => (IDictionary<string, object>)row).ToArray();
        var skips = (await connection.QueryAsync(queries[2])).Select(row => (IDictionary<string, object>)row).ToArray();
        var exhausted = await connection.ExecuteScalarAsync<long>(queries[3]);

        Assert.Equal(4, queries.Length);
        Assert.Single(lag);
        Assert.Equal(("fail", 1L, 100.00m), ((string)failures[0]["action_type"], (long)failures[0]["failed"], (decimal)failures[0]["failed_pct"]));
        Assert.Equal(("noop", 1L), ((string)skips[0]["action_type"], (long)skips[0]["skipped"]));
        Assert.Equal(1, exhausted);
    }

    internal static async Task AssertNoGapAsync(RunnerCluster cluster) => Assert.Equal(0, await cluster.ScalarAsync<long>(
        """
        SELECT COUNT(*) FROM (
            SELECT e.run_id FROM workflow_events e JOIN workflow_runs r ON r.id = e.run_id
            GROUP BY e.run_id, r.event_seq HAVING COUNT(*) <> MAX(e.event_seq) OR MAX(e.event_seq) <> r.event_seq) broken
        """));

    private static Task<string> SnapshotAsync(RunnerCluster cluster, Guid run) => cluster.ScalarAsync<string>(
        """
        SELECT (SELECT row_to_json(r)::text FROM workflow_runs r WHERE id = @run)
            || (SELECT json_agg(j ORDER BY step_id)::text FROM workflow_jobs j WHERE run_id = @run)
            || (SELECT COUNT(*)::text FROM workflow_events WHERE run_id = @run)
        """, new { run });

    private static async Task<int> ProcessAsync(RunnerCluster cluster, string? key, string query, int runner = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{cluster.Runners[runner].Url}/v1/internal/process-workflow-jobs{query}");
        if (key is not null) { request.Headers.Add("x-api-key", key); }
        using var response = await cluster.Runners[runner].Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    [GeneratedRegex("```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex SqlBlock();
}

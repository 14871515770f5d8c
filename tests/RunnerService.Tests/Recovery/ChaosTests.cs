using System.Collections.Concurrent;
using StackExchange.Redis;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Recovery;

/// <summary>Everything fails, in an order that a seed decides; nothing that was accepted is lost, and nothing is completed twice.</summary>
public sealed class ChaosTests
{
    private const int Runs = 2000;

    [Fact]
    public async Task Q6_runs_survive_killed_runners_and_restarts_of_both_servers()
    {
        await using var cluster = await RunnerCluster.StartAsync(2, withRedis: true);
        await cluster.ApplyAsync(
            """
            {"slug":"three","version":"1.0.0","steps":[
              {"id":"a","action":"noop"},
              {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ run.id }}"}},
              {"id":"c","action":"delay","dependsOn":["b"],"with":{"seconds":0.2}}]}
            """);
        var accepted = new ConcurrentBag<Guid>();
        var asked = 0;
        var producers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref asked) <= Runs)
            {
                // A client that gets no answer asks again with the same key, as the API tells it to.
                var key = Guid.NewGuid().ToString("N");
                Guid? run = null;
                while (run is null && !TestContext.Current.CancellationToken.IsCancellationRequested)
                {
                    run = await cluster.TryStartAsync("three", through: 0, key);
                    if (run is null) { await Task.Yield(); }
                }
                accepted.Add(run!.Value);
            }
        })).ToArray();

        var dice = new Random(20261120);
        for (var blow = 0; blow < 8; blow++)
        {
            var target = Math.Min(Runs, (blow + 1) * Runs / 9);
            await Eventually.TrueAsync(() => accepted.Count >= target, $"no progress after blow {blow}: {accepted.Count} runs", TimeSpan.FromSeconds(60));
            await StrikeAsync(cluster, blow % 4, dice);
        }
        await Task.WhenAll(producers);

        await Eventually.TrueAsync(
            async () => await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_runs WHERE finished_at IS NULL") == 0,
            "some runs did not end", TimeSpan.FromSeconds(120));
        Assert.Equal(Runs, accepted.Distinct().Count());
        Assert.Equal(Runs, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_runs WHERE status = 'succeeded'"));
        Assert.Equal(Runs * 3, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_jobs WHERE status = 'succeeded'"));
        Assert.Equal(0, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM (SELECT 1 FROM workflow_events WHERE type = 'step_succeeded' GROUP BY run_id, step_id HAVING COUNT(*) <> 1) twice"));
        Assert.Equal(0, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM workflow_jobs WHERE step_id = 'b' AND output_json <> '\"' || run_id::text || '\"'"));
        await RecoveryTests.AssertNoGapAsync(cluster);
    }

    // The first runner takes the requests and stays; the second one is what dies.
    private static async Task StrikeAsync(RunnerCluster cluster, int kind, Random dice)
    {
        switch (kind)
        {
            case 0:
                await cluster.Runners[^1].Kill9Async();
                await cluster.AddRunnerAsync();
                break;
            case 1:
                await cluster.Postgres.RestartAsync();
                break;
            case 2:
                await cluster.Redis!.RestartAsync();
                break;
            default:
                using (var client = await ConnectionMultiplexer.ConnectAsync($"{cluster.Redis!.ConnectionString},allowAdmin=true"))
                {
                    await client.GetServer(cluster.Redis.ConnectionString).FlushAllDatabasesAsync();
                }
                if (dice.Next(2) == 0) { await cluster.AddRunnerAsync(); }
                break;
        }
    }
}

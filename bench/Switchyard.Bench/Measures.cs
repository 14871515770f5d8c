using System.Diagnostics;
using Dapper;

namespace Switchyard.Bench;

/// <summary>What is measured of the engine; each gives one figure or a few, in the units its name says.</summary>
internal static class Measures
{
    public const string Chain =
        """
        {"slug":"chain","version":"1.0.0","steps":[
          {"id":"a","action":"noop"},{"id":"b","action":"noop","dependsOn":["a"]},{"id":"c","action":"noop","dependsOn":["b"]}]}
        """;

    /// <summary>Runs per second from the first request to the last run's durable end, with 64 producers beside the workers.</summary>
    public static async Task<double> ChainPerSecondAsync(BenchEngine engine, int runs)
    {
        await engine.ApplyAsync(Chain);
        await CreateManyAsync(engine, 500);
        await DrainedAsync(engine);
        var watch = Stopwatch.StartNew();
        await CreateManyAsync(engine, runs);
        await DrainedAsync(engine);
        return runs / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Creations per second: stored durably and enqueued, 64 producers in the process.</summary>
    public static async Task<double> CreatePerSecondAsync(BenchEngine engine, int runs)
    {
        await engine.ApplyAsync(Chain);
        await CreateManyAsync(engine, 500);
        var watch = Stopwatch.StartNew();
        await CreateManyAsync(engine, runs);
        return runs / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Milliseconds from a request's arrival to the start of the run's first step, at 100 runs per second.</summary>
    public static async Task<(double P50, double P99)> StartLatencyAsync(BenchEngine engine, int runs)
    {
        await engine.ApplyAsync(Chain);
        await CreateManyAsync(engine, 300);
        await DrainedAsync(engine);
        var pending = new List<Task<Guid>>(runs);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (pending.Count < runs)
        {
            await tick.WaitForNextTickAsync();
            pending.Add(engine.CreateAsync("chain"));
        }
        var ids = await Task.WhenAll(pending);
        await DrainedAsync(engine);
        await using var connection = await engine.Database.OpenAsync();
        var waits = (await connection.QueryAsync<double>(
            "SELECT EXTRACT(EPOCH FROM (j.started_at - r.created_at))::float8 * 1000 FROM workflow_runs r JOIN workflow_jobs j ON j.run_id = r.id AND j.step_id = 'a' WHERE r.id = ANY(@ids)",
            new { ids })).Order().ToArray();
        return (waits[waits.Length / 2], waits[(int)(waits.Length * 0.99)]);
    }

    private static async Task CreateManyAsync(BenchEngine engine, int runs)
    {
        var left = runs;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0) { await engine.CreateAsync("chain"); }
        })));
    }

    private static async Task DrainedAsync(BenchEngine engine)
    {
        while (await engine.CountAsync("SELECT COUNT(*) FROM workflow_runs WHERE status IN ('queued', 'running', 'waiting')") > 0) { await Task.Delay(5); }
    }
}

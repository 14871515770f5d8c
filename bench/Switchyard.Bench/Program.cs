using System.Diagnostics;
using System.Text.Json;
using Switchyard.Bench;
using Switchyard.Tests.Support;

// usage: Switchyard.Bench [chain|create|latency|sqlite|growth]...   (all without arguments); prints one JSON line per figure
var wanted = args.Length > 0 ? args : ["sqlite", "chain", "durable-each", "create", "latency"];
await using var postgres = await PostgresServer.StartAsync(fsync: true, "synchronous_commit=on", "shared_buffers=256MB", "max_wal_size=4GB", "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on");
await using var redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "everysec", "--save", "");
var redisUrl = $"redis://127.0.0.1:{redis.Port}";

foreach (var measure in wanted)
{
    var database = measure == "sqlite"
        ? $"Data Source={Path.Combine(Directory.CreateTempSubdirectory("switchyard-bench").FullName, "switchyard.db")}"
        : postgres.ConnectionString(await postgres.CreateDatabaseAsync()) + Environment.GetEnvironmentVariable("BENCH_PG_OPTIONS");
    await using (var engine = await BenchEngine.StartAsync(database, measure == "sqlite" ? null : redisUrl,
        measure == "durable-each" ? [("Runner:Journal:LazyPureSteps", "false"), ("Runner:Concurrency", "1000")] : [("Runner:Concurrency", "1000")]))
    {
        switch (measure)
        {
            case "sqlite" or "chain" or "durable-each":
                var runs = int.TryParse(Environment.GetEnvironmentVariable("RUNS"), out var given) ? given : 20_000;
                await Statements.ResetAsync(engine);
                var perSecond = await Measures.ChainPerSecondAsync(engine, runs);
                Print(measure, new { perSecond = Math.Round(perSecond), memoryMb = Process.GetCurrentProcess().WorkingSet64 >> 20, statementsPerRun = await Statements.PerRunAsync(engine, runs + 500) });
                if (Environment.GetEnvironmentVariable("BENCH_STATEMENTS") is not null) { await Statements.PrintAsync(engine); }
                break;
            case "create":
                Print(measure, new { perSecond = Math.Round(await Measures.CreatePerSecondAsync(engine, 30_000)) });
                break;
            case "latency":
                var (p50, p99) = await Measures.StartLatencyAsync(engine, 1_000);
                Print(measure, new { p50 = Math.Round(p50, 2), p99 = Math.Round(p99, 2) });
                break;
        }
    }
}

static void Print(string measure, object figures) => Console.WriteLine($"{{\"measure\":\"{measure}\",\"figures\":{JsonSerializer.Serialize(figures)}}}");

using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Metrics;

/// <summary>What operators read in the log about runs, and what is counted where no run is left.</summary>
public sealed class RunEventLogTests
{
    [Fact]
    public async Task Q5_each_event_of_a_run_is_a_structured_entry_with_run_organization_workflow_and_error_code()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var runner = await HttpRunner.StartAsync(database);
        await EngineHost.ApplyAsync(database.Database, """{"slug":"good","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await EngineHost.ApplyAsync(database.Database, """{"slug":"bad","version":"1.0.0","steps":[{"id":"a","action":"fail","with":{"message":"no","code":"OUT_OF_STOCK","transient":true},"retry":{"maxAttempts":2,"initialMs":1}}]}""");
        var (good, bad) = (await runner.StartRunAsync("good"), await runner.StartRunAsync("bad"));
        await runner.EndedAsync(good, bad);

        string[] Told(Guid run) => [.. runner.Log.All.Where(entry => entry.Fields.GetValueOrDefault("Run") == run.ToString() && entry.Id is > 2810 and < 2820).Select(entry => entry.Name!).Order()];
        await Eventually.TrueAsync(() => Told(good).Length == 3 && Told(bad).Length == 4, "not every event was told");
        Assert.Equal(["workflow_run_enqueued", "workflow_run_started", "workflow_run_succeeded"], Told(good));
        Assert.Equal(["workflow_run_enqueued", "workflow_run_failed", "workflow_run_retried", "workflow_run_started"], Told(bad));
        var failed = Assert.Single(runner.Log.Named("workflow_run_failed"));
        Assert.Equal(("default", "bad", "OUT_OF_STOCK", "a"), (failed.Fields["Org"], failed.Fields["Workflow"], failed.Fields["ErrorCode"], failed.Fields["Step"]));
        Assert.StartsWith("workflow_run_failed: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal("OUT_OF_STOCK", Assert.Single(runner.Log.Named("workflow_run_retried")).Fields["ErrorCode"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Q5_refusals_of_the_queue_are_logged_and_counted_across_restarts_although_no_run_is_left(bool onPostgres)
    {
        await using var database = onPostgres ? await TestDatabase.PostgresAsync() : await TestDatabase.SqliteAsync();
        await EngineHost.ApplyAsync(database.Database, """{"slug":"good","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await using var redis = await RedisServer.StartAsync();
        await using (var runner = await HttpRunner.StartAsync(database, ("REDIS_URL", $"redis://127.0.0.1:{redis.Port}")))
        {
            await runner.EndedAsync(await runner.StartRunAsync("good"));
            await redis.StopAsync();
            using var refused = await runner.SendAsync(HttpMethod.Post, "/v1/orgs/default/workflows/good/runs");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            await Eventually.TrueAsync(() => runner.Log.Named("queue_unavailable").Any(), "the refusal was not told");
            var told = Assert.Single(runner.Log.Named("queue_unavailable"));
            Assert.Equal(("default", "good"), (told.Fields["Org"], told.Fields["Workflow"]));
        }

        await using var next = await HttpRunner.StartAsync(database);
        var ratios = (await next.JsonAsync("/metrics")).GetProperty("ratios");

        Assert.Equal((2, 1), (ratios.GetProperty("createRequests").GetInt32(), ratios.GetProperty("queueUnavailableCount").GetInt32()));
        Assert.Equal((0.5, 0.5), (ratios.GetProperty("queueUnavailable").GetDouble(), ratios.GetProperty("succeeded").GetDouble()));
    }

    [Fact]
    public async Task Q5_what_comes_faster_than_anybody_reads_is_told_as_numbers_and_failures_are_told_all_the_same()
    {
        var (clock, entries) = (new MovableClock(), new LogEntries());
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(entries));
        using var log = new RunEventLog(clock, factory.CreateLogger<RunEventLog>());
        await log.StartAsync(TestContext.Current.CancellationToken);

        for (var i = 0; i < 1000; i++) { log.Enqueued(Run()); }
        log.Refused(Run());
        await log.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunEventLog.PerSecond, entries.Named("workflow_run_enqueued").Count());
        Assert.Single(entries.Named("queue_unavailable"));
        Assert.Equal("900", Assert.Single(entries.All, entry => entry.Id == 2819).Fields["Enqueued"]);
    }

    private static NewRun Run() => new()
    {
        Id = Guid.CreateVersion7(), Org = "default", Workflow = "busy", Version = "1.0.0", Environment = "dev", Status = "queued", Priority = 0, Mode = "queue", ModeReason = "",
        Parameters = "{}", Owner = "tester", Trigger = "api", RunAt = DateTimeOffset.UnixEpoch, CreatedAt = DateTimeOffset.UnixEpoch, Jobs = [],
    };
}

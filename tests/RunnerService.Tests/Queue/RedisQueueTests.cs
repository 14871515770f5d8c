using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Queue;

/// <summary>The engine with a real Redis as its queue, and with one that fails.</summary>
public sealed class RedisQueueTests : IAsyncLifetime
{
    private RedisServer redis = null!;
    private TestDatabase database = null!;
    private EngineHost engine = null!;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisServer.StartAsync();
        database = await TestDatabase.PostgresAsync();
        engine = await EngineHost.StartAsync(database, settings: ("REDIS_URL", $"redis://127.0.0.1:{redis.Port}"));
        await engine.ApplyAsync("""{"slug":"one","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await database.DisposeAsync();
        await redis.DisposeAsync();
    }

    [Fact]
    public async Task Q2_a_run_goes_through_the_stream_and_leaves_nothing_in_it()
    {
        var done = await engine.FinishAsync(await engine.StartAsync("one"));

        Assert.Equal("succeeded", done.Run.Status);
        await Eventually.TrueAsync(async () => await BacklogAsync() == 0, "entries stay in the stream");
    }

    [Fact]
    public async Task Q3_redis_down_answers_503_and_leaves_no_run()
    {
        await engine.FinishAsync(await engine.StartAsync("one"));
        await redis.KillAsync();

        var watch = Stopwatch.StartNew();
        var outcome = await TryStartAsync();

        Assert.IsType<StartOutcome.QueueUnavailable>(outcome);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"it took {watch.Elapsed}");
        Assert.Single(await engine.Runs.ListAsync("default", new RunFilter(), null, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Q3_a_redis_that_hangs_answers_503_within_a_second_then_at_once_and_recovers_without_a_restart()
    {
        await engine.FinishAsync(await engine.StartAsync("one"));
        redis.Pause();

        var watch = Stopwatch.StartNew();
        Assert.IsType<StartOutcome.QueueUnavailable>(await TryStartAsync());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"the first refusal took {watch.Elapsed}");
        Assert.IsType<StartOutcome.QueueUnavailable>(await TryStartAsync());
        redis.Resume();

        await Eventually.TrueAsync(async () => await TryStartAsync() is StartOutcome.Started, "the queue did not recover");
    }

    [Fact]
    public async Task Q6_a_flushed_redis_loses_no_run()
    {
        await engine.FinishAsync(await engine.StartAsync("one"));
        using (var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true"))
        {
            await client.GetServer(redis.ConnectionString).FlushAllDatabasesAsync();
        }

        var done = await engine.FinishAsync(await engine.StartAsync("one"), TimeSpan.FromSeconds(40));

        Assert.Equal("succeeded", done.Run.Status);
    }

    [Fact]
    public async Task Q2_an_entry_that_names_no_run_is_dropped()
    {
        using var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await engine.FinishAsync(await engine.StartAsync("one"));
        await client.GetDatabase().ExecuteAsync("XADD", "switchyard-runs:normal", "*", "run", Guid.NewGuid().ToString());
        await client.GetDatabase().ExecuteAsync("XADD", "switchyard-runs:normal", "*", "run", "rubbish");

        await engine.FinishAsync(await engine.StartAsync("one"));

        await Eventually.TrueAsync(async () => await BacklogAsync() == 0, "ghosts stay in the stream");
    }

    private Task<StartOutcome> TryStartAsync() => engine.Services.GetRequiredService<StartRun>().StartAsync(
        "default", "one", new StartRunRequest(), new("tester", "api"), TestContext.Current.CancellationToken);

    private async Task<long> BacklogAsync()
    {
        using var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        return (long)await client.GetDatabase().ExecuteAsync("XLEN", "switchyard-runs:normal");
    }
}

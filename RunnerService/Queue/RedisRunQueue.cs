using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using StackExchange.Redis;
using Switchyard.RunnerService.Execution;

namespace Switchyard.RunnerService.Queue;

/// <summary>
/// The queue in Redis Streams: one stream per priority class, one consumer group of all runners. Entries are read on a connection that does
/// nothing else, because a blocking read stops everything behind it; they are acknowledged and removed once the claim is committed.
/// </summary>
public sealed partial class RedisRunQueue : IRunQueue, IAsyncDisposable
{
    private const string Group = "runners";

    // Redis answers a blocked reader at once when an entry comes; the limit only lets a stop or a lost connection be noticed.
    private const int BlockMs = 2000;

    private readonly RedisConnection writing;
    private readonly RedisConnection reading;
    private readonly string[] streams;
    private readonly RedisKey[] readStreams;
    private readonly string consumer;
    private readonly ResiliencePipeline guard;
    private readonly RedisQueueOptions options;
    private readonly SemaphoreSlim oneReader = new(1, 1);
    private readonly TimeProvider time;
    private readonly ILogger log;
    private long reclaimedAt;

    public RedisRunQueue(string address, IOptions<RedisQueueOptions> options, IOptions<EngineOptions> engine, TimeProvider time, ILogger<RedisRunQueue> log)
    {
        this.options = options.Value;
        (this.time, this.log, consumer) = (time, log, engine.Value.Worker);
        (writing, reading) = (new RedisConnection(address), new RedisConnection(address));
        // Read in this order: what is urgent is handed out first.
        streams = [$"{this.options.Name}:high", $"{this.options.Name}:normal", $"{this.options.Name}:low"];
        readStreams = [.. streams];
        guard = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5, MinimumThroughput = 2, SamplingDuration = TimeSpan.FromSeconds(5), BreakDuration = this.options.Break,
            })
            .AddTimeout(this.options.Timeout)
            .Build();
    }

    public async Task EnqueueAsync(IReadOnlyList<QueuedRun> runs, CancellationToken stop)
    {
        if (runs.Count == 0) { return; }
        try
        {
            await guard.ExecuteAsync(async token =>
            {
                var database = (await writing.OpenAsync().WaitAsync(token)).GetDatabase();
                // Sent back to back, answered together: one round trip for the whole group.
                var sent = new Task[runs.Count];
                for (var i = 0; i < runs.Count; i++) { sent[i] = database.ExecuteAsync("XADD", (RedisKey)StreamOf(runs[i].Priority), "*", "run", runs[i].Id.ToString("N")); }
                await Task.WhenAll(sent).WaitAsync(token);
            }, stop);
        }
        catch (BrokenCircuitException) { throw new QueueUnavailableException("Redis failed a moment ago and is not asked again yet"); }
        catch (TimeoutRejectedException) { throw new QueueUnavailableException($"Redis did not answer within {options.Timeout.TotalMilliseconds:0} ms"); }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            throw new QueueUnavailableException($"Redis refused the run: {e.Message}", e);
        }
    }

    public async Task<Delivery> ReceiveAsync(int max, CancellationToken stop)
    {
        await oneReader.WaitAsync(stop);
        try
        {
            var database = (await reading.OpenAsync().WaitAsync(stop)).GetDatabase();
            if (await ReclaimAsync(database, max) is { } left) { return left; }
            object[] arguments =
            [
                "GROUP", Group, consumer, "COUNT", Math.Max(1, max / streams.Length), "BLOCK", BlockMs, "STREAMS",
                readStreams[0], readStreams[1], readStreams[2], ">", ">", ">",
            ];
            return ToDelivery(await database.ExecuteAsync("XREADGROUP", arguments).WaitAsync(stop));
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
        {
            await CreateGroupsAsync(stop);
            return new Delivery([]);
        }
        finally { oneReader.Release(); }
    }

    public async Task AcknowledgeAsync(Delivery delivery, CancellationToken stop)
    {
        if (delivery.Receipt is not List<(string Stream, List<RedisValue> Ids)> receipt) { return; }
        var database = (await writing.OpenAsync().WaitAsync(stop)).GetDatabase();
        var sent = new List<Task>(receipt.Count * 2);
        foreach (var (stream, ids) in receipt)
        {
            // Removed as well as acknowledged: the stream holds only what nobody has taken yet, and its length is the backlog.
            sent.Add(database.ExecuteAsync("XACK", [(RedisKey)stream, Group, .. ids]));
            sent.Add(database.ExecuteAsync("XDEL", [(RedisKey)stream, .. ids]));
        }
        await Task.WhenAll(sent).WaitAsync(options.Timeout * 5, time, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await writing.DisposeAsync();
        await reading.DisposeAsync();
        oneReader.Dispose();
    }

    // Every now and then, takes over what a reader that died had read and not acknowledged.
    private async Task<Delivery?> ReclaimAsync(IDatabase database, int max)
    {
        if (reclaimedAt != 0 && time.GetElapsedTime(reclaimedAt) < options.ReclaimAfter / 3) { return null; }
        reclaimedAt = time.GetTimestamp();
        var found = new List<(string, List<RedisValue>, List<Guid>)>();
        foreach (var stream in streams)
        {
            var answer = (RedisResult[]?)await database.ExecuteAsync(
                "XAUTOCLAIM", (RedisKey)stream, Group, consumer, (long)options.ReclaimAfter.TotalMilliseconds, "0-0", "COUNT", Math.Max(1, max / streams.Length));
            if (answer is { Length: > 1 } && Entries(answer[1]) is var (ids, runs) && ids.Count > 0) { found.Add((stream, ids, runs)); }
        }
        if (found.Count == 0) { return null; }
        Log.Reclaimed(log, found.Sum(one => one.Item2.Count));
        return new Delivery([.. found.SelectMany(one => one.Item3)], found.ConvertAll(one => (one.Item1, one.Item2)));
    }

    private static Delivery ToDelivery(RedisResult answer)
    {
        if (answer.IsNull) { return new Delivery([]); }
        var runs = new List<Guid>();
        var receipt = new List<(string, List<RedisValue>)>();
        foreach (var stream in (RedisResult[])answer!)
        {
            var pair = (RedisResult[])stream!;
            var (ids, found) = Entries(pair[1]);
            receipt.Add(((string)pair[0]!, ids));
            runs.AddRange(found);
        }
        return new Delivery(runs, receipt);
    }

    // An entry is [id, [field, value, …]]; one that was removed meanwhile comes without fields. What is no run id is a ghost: acknowledged, never claimed.
    private static (List<RedisValue> Ids, List<Guid> Runs) Entries(RedisResult entries)
    {
        var (ids, runs) = (new List<RedisValue>(), new List<Guid>());
        foreach (var entry in (RedisResult[])entries!)
        {
            if (entry.IsNull) { continue; }
            var parts = (RedisResult[])entry!;
            ids.Add((RedisValue)parts[0]);
            if (!parts[1].IsNull && (RedisResult[])parts[1]! is { Length: >= 2 } fields && Guid.TryParse((string?)fields[1], out var run)) { runs.Add(run); }
        }
        return (ids, runs);
    }

    private async Task CreateGroupsAsync(CancellationToken stop)
    {
        var database = (await writing.OpenAsync().WaitAsync(stop)).GetDatabase();
        foreach (var stream in streams)
        {
            try { await database.ExecuteAsync("XGROUP", "CREATE", (RedisKey)stream, Group, "0", "MKSTREAM").WaitAsync(options.Timeout * 5, time, stop); }
            catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal)) { /* Another runner was first. */ }
        }
        Log.GroupsCreated(log, options.Name);
    }

    private string StreamOf(int priority) => streams[priority > 0 ? 0 : priority < 0 ? 2 : 1];

    private static partial class Log
    {
        [LoggerMessage(2411, LogLevel.Warning, "{Entries} queue entries of a runner that is gone were taken over.")]
        public static partial void Reclaimed(ILogger log, int entries);

        [LoggerMessage(2412, LogLevel.Information, "The streams of queue {Name} are there, with the consumer group of the runners.")]
        public static partial void GroupsCreated(ILogger log, string name);
    }
}

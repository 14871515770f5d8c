using System.Text.Json;
using System.Threading.Channels;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Metrics;

/// <summary>
/// Tells the operators' log what becomes of runs, one structured entry per event, from a task of its own. What comes faster than anybody reads is
/// counted and told in one entry a second, so that logging costs the engine no throughput; bad news do not suffer from much good news.
/// </summary>
public sealed partial class RunEventLog(TimeProvider time, ILogger<RunEventLog> log) : BackgroundService
{
    /// <summary>Entries a second of good news, and as many of bad.</summary>
    public const int PerSecond = 100;

    private readonly Channel<Entry> entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly long[] left = new long[2];
    private readonly long[] untold = new long[Enum.GetValues<Kind>().Length];

    private enum Kind { Enqueued, Started, Succeeded, Retried, Failed, Refused }

    public void Enqueued(NewRun run) => Add(Kind.Enqueued, run.Id, run.Org, run.Workflow);

    public void Refused(NewRun run) => Add(Kind.Refused, run.Id, run.Org, run.Workflow);

    public void Started(ClaimedRun run) => Add(Kind.Started, run.Id, run.Org, run.Workflow);

    /// <summary>Takes what is worth telling from a run's durable changes; must not block.</summary>
    public void Written(JournalBatch.Entry run)
    {
        foreach (var one in run.Events)
        {
            if (KindOf(one.Type) is { } kind) { Add(kind, run.RunId, run.Org, run.Workflow, one); }
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Array.Fill(left, PerSecond);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (entries.Reader.TryRead(out var entry)) { Tell(entry); }
        Sum();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellAsync(stoppingToken), RefillAsync(stoppingToken));

    private async Task TellAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var entry in entries.Reader.ReadAllAsync(stop)) { Tell(entry); }
        }
        catch (OperationCanceledException) { /* what is left is told by StopAsync */ }
    }

    private async Task RefillAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Sum();
                for (var i = 0; i < left.Length; i++) { Interlocked.Exchange(ref left[i], PerSecond); }
            }
        }
        catch (OperationCanceledException) { /* StopAsync tells the last sum */ }
    }

    private void Add(Kind kind, Guid run, string org, string workflow, EventWrite written = default)
    {
        ref var room = ref left[kind < Kind.Retried ? 0 : 1];
        // Read before counting down: under load nearly every call ends here, and a plain read does not fight over the cache line.
        if (Volatile.Read(ref room) > 0 && Interlocked.Decrement(ref room) >= 0) { entries.Writer.TryWrite(new Entry(kind, run, org, workflow, written.StepId, written.Payload)); }
        else { Interlocked.Increment(ref untold[(int)kind]); }
    }

    private void Sum()
    {
        var counts = new long[untold.Length];
        for (var i = 0; i < counts.Length; i++) { counts[i] = Interlocked.Exchange(ref untold[i], 0); }
        if (counts.Sum() is > 0 and var all)
        {
            Log.More(log, all, counts[(int)Kind.Enqueued], counts[(int)Kind.Started], counts[(int)Kind.Retried], counts[(int)Kind.Succeeded], counts[(int)Kind.Failed], counts[(int)Kind.Refused]);
        }
    }

    private void Tell(Entry entry)
    {
        switch (entry.Kind)
        {
            case Kind.Enqueued: Log.Enqueued(log, entry.Run, entry.Org, entry.Workflow); break;
            case Kind.Started: Log.Started(log, entry.Run, entry.Org, entry.Workflow); break;
            case Kind.Succeeded: Log.Succeeded(log, entry.Run, entry.Org, entry.Workflow); break;
            case Kind.Retried: Log.Retried(log, entry.Run, entry.Org, entry.Workflow, entry.StepId, Field(entry.Payload, "code")); break;
            case Kind.Failed: Log.Failed(log, entry.Run, entry.Org, entry.Workflow, Field(entry.Payload, "code"), Field(entry.Payload, "stepId")); break;
            default: Log.Refused(log, entry.Run, entry.Org, entry.Workflow); break;
        }
    }

    private static Kind? KindOf(string type) => type switch
    {
        RunEventTypes.RunRetried => Kind.Retried,
        RunEventTypes.RunSucceeded => Kind.Succeeded,
        RunEventTypes.RunFailed => Kind.Failed,
        _ => null,
    };

    private static string? Field(string? payload, string name)
    {
        if (payload is null) { return null; }
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private readonly record struct Entry(Kind Kind, Guid Run, string Org, string Workflow, string? StepId, string? Payload);

    private static partial class Log
    {
        [LoggerMessage(2811, LogLevel.Information, "workflow_run_enqueued: run {Run} of {Org}/{Workflow}.", EventName = RunEventTypes.RunEnqueued)]
        public static partial void Enqueued(ILogger log, Guid run, string org, string workflow);

        [LoggerMessage(2812, LogLevel.Information, "workflow_run_started: run {Run} of {Org}/{Workflow}.", EventName = RunEventTypes.RunStarted)]
        public static partial void Started(ILogger log, Guid run, string org, string workflow);

        [LoggerMessage(2813, LogLevel.Warning, "workflow_run_retried: run {Run} of {Org}/{Workflow}, step {Step} failed with {ErrorCode} and is tried again.", EventName = RunEventTypes.RunRetried)]
        public static partial void Retried(ILogger log, Guid run, string org, string workflow, string? step, string? errorCode);

        [LoggerMessage(2814, LogLevel.Information, "workflow_run_succeeded: run {Run} of {Org}/{Workflow}.", EventName = RunEventTypes.RunSucceeded)]
        public static partial void Succeeded(ILogger log, Guid run, string org, string workflow);

        [LoggerMessage(2815, LogLevel.Error, "workflow_run_failed: run {Run} of {Org}/{Workflow} with {ErrorCode}, step {Step}.", EventName = RunEventTypes.RunFailed)]
        public static partial void Failed(ILogger log, Guid run, string org, string workflow, string? errorCode, string? step);

        [LoggerMessage(2816, LogLevel.Error, "queue_unavailable: run {Run} of {Org}/{Workflow} was refused and is removed again.", EventName = RunEventTypes.QueueUnavailable)]
        public static partial void Refused(ILogger log, Guid run, string org, string workflow);

        [LoggerMessage(2819, LogLevel.Information, "{Events} more events of runs in the last second: {Enqueued} enqueued, {Started} started, {Retried} retried, {Succeeded} succeeded, {Failed} failed, {Refused} refused by the queue.")]
        public static partial void More(ILogger log, long events, long enqueued, long started, long retried, long succeeded, long failed, long refused);
    }
}

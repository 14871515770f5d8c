using System.Threading.Channels;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Telemetry;
using Switchyard.RunnerService.Upkeep;

namespace Switchyard.RunnerService.Runs;

/// <summary>
/// Stores new runs in groups and announces them to the queue. "Created" means both: durable, and enqueued. When the queue does not take a run,
/// its row is removed and the caller is told; nothing is ever executed inline instead.
/// </summary>
public sealed partial class RunCreator(
    JournalWriter writer, RunStore store, IRunQueue queue, DueAlarm alarm, EngineMeters meters, RunCounters counters, RunEventLog events,
    ILogger<RunCreator> log) : BackgroundService
{
    private const int MaxGroup = 500;

    // Callers wait for their group, so this holds no more than the requests under way.
    private readonly Channel<Ticket> tickets = Channel.CreateUnbounded<Ticket>();

    /// <summary>Stores and announces a run; legacy runs are stored only, their process drives them itself.</summary>
    public async Task<CreateOutcome> CreateAsync(NewRun run, CancellationToken stop)
    {
        meters.CreateRequested();
        counters.CreateRequested(run.Org);
        var ticket = new Ticket(run);
        if (!tickets.Writer.TryWrite(ticket)) { return new CreateOutcome.Unavailable("the runner is stopping"); }
        return await ticket.Outcome.Task.WaitAsync(stop);
    }

    // Two groups may be under way: while one waits for the queue, the next is being stored.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => LoopAsync(stoppingToken), CancellationToken.None)));

    private async Task LoopAsync(CancellationToken stop)
    {
        var group = new List<Ticket>();
        try
        {
            while (await tickets.Reader.WaitToReadAsync(stop))
            {
                group.Clear();
                while (group.Count < MaxGroup && tickets.Reader.TryRead(out var ticket)) { group.Add(ticket); }
                if (group.Count > 0) { await CreateAsync(group); }
            }
        }
        catch (OperationCanceledException)
        {
            tickets.Writer.TryComplete();
            while (tickets.Reader.TryRead(out var ticket)) { ticket.Outcome.TrySetResult(new CreateOutcome.Unavailable("the runner is stopping")); }
        }
    }

    private async Task CreateAsync(List<Ticket> group)
    {
        IReadOnlySet<Guid> created;
        try { created = await writer.CreateAsync([.. group.Select(ticket => ticket.Run)], CancellationToken.None); }
        catch (Exception e)
        {
            // An unclear commit may have stored some: they are enqueued by the reconciler, and an idempotency key finds them.
            Log.StoreFailed(log, e, group.Count);
            foreach (var ticket in group) { ticket.Outcome.TrySetResult(new CreateOutcome.NotStored(e)); }
            return;
        }
        var announce = new List<Ticket>(group.Count);
        foreach (var ticket in group)
        {
            if (!created.Contains(ticket.Run.Id)) { ticket.Outcome.TrySetResult(new CreateOutcome.KeyTaken()); }
            else if (ticket.Run is { Status: "queued", Mode: "queue", NeedsPlace: false }) { announce.Add(ticket); }
            else
            {
                if (ticket.Run.Status == "waiting") { alarm.Expect(ticket.Run.RunAt); }
                ticket.Outcome.TrySetResult(new CreateOutcome.Created());
                events.Enqueued(ticket.Run);
            }
        }
        if (announce.Count > 0) { await AnnounceAsync(announce); }
    }

    private async Task AnnounceAsync(List<Ticket> runs)
    {
        try
        {
            await queue.EnqueueAsync([.. runs.Select(ticket => new QueuedRun(ticket.Run.Id, ticket.Run.Org, ticket.Run.Priority))], CancellationToken.None);
            meters.Enqueued(runs.Count);
            foreach (var ticket in runs)
            {
                ticket.Outcome.TrySetResult(new CreateOutcome.Created());
                events.Enqueued(ticket.Run);
            }
        }
        catch (QueueUnavailableException e)
        {
            meters.QueueUnavailable(runs.Count);
            Log.QueueUnavailable(log, e.Message, runs.Count);
            var removed = await RemoveAsync(runs);
            foreach (var org in runs.Where(ticket => removed.Contains(ticket.Run.Id)).GroupBy(ticket => ticket.Run.Org)) { counters.QueueUnavailable(org.Key, org.Count()); }
            foreach (var ticket in runs)
            {
                // A message that got through after all was claimed already: then the run exists, and that is what the caller must hear.
                var refused = removed.Contains(ticket.Run.Id);
                ticket.Outcome.TrySetResult(refused ? new CreateOutcome.Unavailable(e.Message) : new CreateOutcome.Created());
                if (refused) { events.Refused(ticket.Run); } else { events.Enqueued(ticket.Run); }
            }
        }
    }

    private async Task<IReadOnlySet<Guid>> RemoveAsync(List<Ticket> runs)
    {
        var ids = runs.Select(ticket => ticket.Run.Id).ToArray();
        try { return await store.RemoveUnstartedAsync(ids, CancellationToken.None); }
        catch (Exception e)
        {
            Log.NotRemoved(log, e, ids.Length);
            return ids.ToHashSet();
        }
    }

    private sealed record Ticket(NewRun Run)
    {
        public TaskCompletionSource<CreateOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Error, "{Runs} new runs could not be stored.")]
        public static partial void StoreFailed(ILogger log, Exception error, int runs);

        [LoggerMessage(2202, LogLevel.Error, "The queue takes no runs: {Reason}; {Runs} new runs are removed again.")]
        public static partial void QueueUnavailable(ILogger log, string reason, int runs);

        [LoggerMessage(2203, LogLevel.Error, "{Runs} runs that the queue refused could not be removed; the reconciler will enqueue them.")]
        public static partial void NotRemoved(ILogger log, Exception error, int runs);
    }
}

/// <summary>What became of a run that was to be created.</summary>
public abstract record CreateOutcome
{
    private CreateOutcome() { }

    /// <summary>Durable and enqueued.</summary>
    public sealed record Created : CreateOutcome;

    /// <summary>Its idempotency key belongs to an earlier run.</summary>
    public sealed record KeyTaken : CreateOutcome;

    /// <summary>The queue did not take it; nothing is left of it.</summary>
    public sealed record Unavailable(string Reason) : CreateOutcome;

    /// <summary>The database did not take it.</summary>
    public sealed record NotStored(Exception Error) : CreateOutcome;
}

using System.Threading.Channels;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Upkeep;

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// What follows from runs that have moved, after the move is durable: parents wake, children of a canceled run end, places
/// go to those that wait, runs given back are announced, readers of the event stream hear of news. Everything here is found again by an upkeep loop if the process dies first.
/// </summary>
public sealed partial class Aftermath(
    IRunQueue queue, ParentWaker parents, CancelRun cancel, RunAdmission admission, EventSignals signals, RunEventLog events, TimeProvider time,
    ILogger<Aftermath> log) : BackgroundService
{
    // Bounded by the runs in flight: each has at most one last move under way.
    private readonly Channel<JournalBatch.Entry> moved = Channel.CreateUnbounded<JournalBatch.Entry>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Called by the journal after a flush; must not block.</summary>
    public void RunsMoved(JournalBatch batch, IReadOnlySet<(Guid RunId, long Fence)> accepted)
    {
        foreach (var run in batch.Runs)
        {
            signals.Raise(run.RunId);
            if (!accepted.Contains((run.RunId, run.Fence))) { continue; }
            events.Written(run);
            if (run.Move is { Status: not "waiting" and not "paused" }) { moved.Writer.TryWrite(run); }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<JournalBatch.Entry>();
        while (await moved.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < 500 && moved.Reader.TryRead(out var run)) { batch.Add(run); }
            try
            {
                await FollowAsync(batch, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException) { Log.Failed(log, e, batch.Count); }
        }
    }

    private async Task FollowAsync(List<JournalBatch.Entry> runs, CancellationToken stop)
    {
        var givenBack = runs.Where(run => run.Move!.Status == "queued").Select(run => new QueuedRun(run.RunId, run.Org, 0)).ToArray();
        if (givenBack.Length > 0) { await queue.EnqueueAsync(givenBack, stop); }
        var withParent = runs.Where(run => run.HasParent && run.Move!.FinishedAt is not null).Select(run => run.RunId).ToArray();
        await admission.FillAsync(runs.Where(run => run.HasPlace && run.Move!.FinishedAt is not null).Select(run => run.Org).Distinct(), stop);
        if (withParent.Length > 0) { await WakeAsync(withParent, stop); }
        foreach (var run in runs)
        {
            if (run.Move!.Status is "canceled" or "timed_out" or "failed" && run.StartedChildren) { await cancel.CancelChildrenAsync(run.RunId, run.Org, stop); }
        }
    }

    // A child may end before its parent's step has come to wait; the upkeep loop would find it too, only later.
    private async Task WakeAsync(IReadOnlyList<Guid> ended, CancellationToken stop)
    {
        for (var attempt = 0; ended.Count > 0 && attempt < 20; attempt++)
        {
            if (attempt > 0) { await Task.Delay(TimeSpan.FromMilliseconds(10 * attempt), time, stop); }
            ended = await parents.WakeAsync(ended, stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2311, LogLevel.Warning, "What follows from {Runs} ended runs could not be done at once; the upkeep loops do it.")]
        public static partial void Failed(ILogger log, Exception error, int runs);
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Telemetry;

/// <summary>The runner's instruments; names are an API (docs/telemetry.md). No id is ever a tag.</summary>
public sealed class EngineMeters
{
    private readonly Counter<long> created;
    private readonly Counter<long> enqueued;
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Counter<long> retried;
    private readonly Counter<long> queueUnavailable;
    private readonly Counter<long> fenced;
    private readonly Histogram<double> wait;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> step;
    private readonly Histogram<double> flush;
    private readonly Histogram<int> changes;

    public EngineMeters(IMeterFactory meters)
    {
        var meter = meters.Create(RunnerTelemetry.Name);
        created = meter.CreateCounter<long>("switchyard.run.create.requests", "{request}", "Requests to create a run, whatever came of them.");
        enqueued = meter.CreateCounter<long>("switchyard.run.enqueued", "{run}", "Runs stored and enqueued.");
        started = meter.CreateCounter<long>("switchyard.run.started", "{run}", "Runs claimed for the first time.");
        ended = meter.CreateCounter<long>("switchyard.run.ended", "{run}", "Runs ended, by status.");
        retried = meter.CreateCounter<long>("switchyard.run.retried", "{attempt}", "Step attempts that failed and are tried again.");
        queueUnavailable = meter.CreateCounter<long>("switchyard.queue.unavailable", "{request}", "Creations refused because the queue did not take the run.");
        fenced = meter.CreateCounter<long>("switchyard.journal.fenced", "{run}", "Writes refused because the run has a newer owner.");
        wait = meter.CreateHistogram<double>("switchyard.run.queue.wait", "s", "From due to claimed.");
        duration = meter.CreateHistogram<double>("switchyard.run.duration", "s", "From created to ended.");
        step = meter.CreateHistogram<double>("switchyard.step.duration", "s", "From the start of the last attempt to its result.");
        flush = meter.CreateHistogram<double>("switchyard.journal.flush", "s", "One write of the journal.");
        changes = meter.CreateHistogram<int>("switchyard.journal.changes", "{change}", "Changes that shared one write.");
    }

    public void CreateRequested() => created.Add(1);

    public void Enqueued(int runs) => enqueued.Add(runs);

    public void Claimed(ClaimedRun run, DateTimeOffset now)
    {
        if (run.Fence == 1) { started.Add(1); }
        wait.Record(Math.Max(0, (now - run.RunAt).TotalSeconds));
    }

    public void Retried(ClaimedRun run) => retried.Add(1, new TagList { { "workflow", run.Workflow } });

    public void RunEnded(ClaimedRun run, RunStatus status, DateTimeOffset now)
    {
        ended.Add(1, new TagList { { "workflow", run.Workflow }, { "status", status.ToWire() } });
        duration.Record((now - run.CreatedAt).TotalSeconds, new TagList { { "workflow", run.Workflow } });
    }

    public void StepEnded(string action, JobStatus status, DateTimeOffset? startedAt, DateTimeOffset finishedAt) =>
        step.Record((finishedAt - (startedAt ?? finishedAt)).TotalSeconds, new TagList { { "action", action }, { "status", status.ToWire() } });

    public void QueueUnavailable(int runs) => queueUnavailable.Add(runs);

    public void Flushed(int written, int refused, TimeSpan took)
    {
        flush.Record(took.TotalSeconds);
        changes.Record(written);
        if (refused > 0) { fenced.Add(refused); }
    }
}

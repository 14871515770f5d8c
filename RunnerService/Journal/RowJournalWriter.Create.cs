using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Journal;

public sealed partial class RowJournalWriter
{
    public override async Task<IReadOnlySet<Guid>> CreateAsync(IReadOnlyList<NewRun> runs, CancellationToken stop)
    {
        var created = new HashSet<Guid>(runs.Count);
        using var turn = await database.WriterTurnAsync(stop);
        var prepared = await PreparedAsync(stop);
        await using var transaction = prepared.Begin();
        foreach (var run in runs)
        {
            if (!prepared.Insert(run)) { continue; }
            created.Add(run.Id);
            foreach (var job in run.Jobs) { prepared.WriteJob(run.Id, job); }
            prepared.WriteEvent(run.Id, run.Org, run.Workflow, new EventWrite(1, RunEventTypes.RunEnqueued, run.CreatedAt));
            if (run.Audit is { } entry) { await audit.WriteAsync(prepared.Connection, transaction, entry, stop); }
        }
        await transaction.CommitAsync(stop);
        return created;
    }

    private sealed partial class Statements
    {
        public bool Insert(NewRun run) => 1 == insert.Execute(
            run.Id, run.Org, run.Workflow, run.Version, run.Environment, run.Status, run.Priority, run.Mode, run.ModeReason, run.Parameters, run.Labels,
            run.Owner, run.Trigger, run.IdempotencyKey, run.RequestHash, run.Traceparent, run.ParentRunId, run.ParentStepId, run.ParentItem,
            run.ReplayOf, run.ConcurrencyKey, run.ConcurrencyLimit, run.Depth, run.RunAt, run.WaitingReason, run.CreatedAt, run.Event, run.NeedsPlace, 1);
    }
}

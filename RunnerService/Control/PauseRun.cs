using Dapper;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Control;

/// <summary>
/// Pauses a run and lets it go on where it stood. One that nobody drives is paused at once; one in flight is told, finishes the steps it is
/// at, and starts no others. What the run waits for stays as it is: a signal that comes meanwhile is kept, a delay goes on.
/// </summary>
public sealed class PauseRun(
    Database database, AuditWriter audit, RunStore store, Flights flights, IRunQueue queue, RunAdmission admission, DueAlarm alarm, EventSignals signals, TimeProvider time)
{
    public async Task<ControlOutcome> PauseAsync(string org, Guid id, string reason, Func<Run, AuditEntry> entry, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is not { } run) { return new ControlOutcome.Unknown(); }
        if (run.State is RunStatus.Paused) { return new ControlOutcome.Done(run); }
        var moved = await database.InTransactionAsync(async (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            var arguments = new { id, yes = true };
            var seq = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                """
                UPDATE workflow_runs SET status = 'paused', pause_requested = @yes, event_seq = event_seq + 1,
                    waiting_reason = CASE WHEN waiting_reason IS NULL THEN 'paused' ELSE 'paused; ' || waiting_reason END
                WHERE id = @id AND status IN ('queued', 'waiting') RETURNING event_seq
                """, arguments, transaction, cancellationToken: stop));
            if (seq is { } last)
            {
                await ControlEvents.WriteAsync(connection, transaction, database.Dialect, run, last, RunEventTypes.RunWaiting, EventPayload.Reason(reason), now, stop);
            }
            else if (await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE workflow_runs SET pause_requested = @yes WHERE id = @id AND status = 'running' AND cancel_reason IS NULL",
                arguments, transaction, cancellationToken: stop)) == 0)
            {
                return Moved.Nothing;
            }
            await audit.WriteAsync(connection, transaction, entry(run), stop);
            return seq is null ? Moved.Asked : Moved.AtOnce;
        }, stop);
        signals.Raise(id);
        if (moved is Moved.Asked)
        {
            if (flights.Find(id) is { } driver) { driver.Pause(); }
            else if (database.Dialect.CanNotify) { await database.NotifyAsync(RunListener.ControlChannel, id.ToString(), stop); }
        }
        var after = (await store.FindAsync(org, id, stop))!;
        return moved switch
        {
            Moved.AtOnce => new ControlOutcome.Done(after),
            Moved.Asked => new ControlOutcome.Asked(after),
            _ => new ControlOutcome.NotNow(after),
        };
    }

    public async Task<ControlOutcome> ResumeAsync(string org, Guid id, Func<Run, AuditEntry> entry, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is not { } run) { return new ControlOutcome.Unknown(); }
        var now = time.GetUtcNow();
        var moved = await database.InTransactionAsync(async (connection, transaction) =>
        {
            // A run that has begun, or is to begin later, waits until it is due; one that was in the queue goes back there.
            var back = await connection.QuerySingleOrDefaultAsync<Resumed>(new CommandDefinition(
                """
                UPDATE workflow_runs SET
                    status = CASE WHEN started_at IS NULL AND run_at <= @now AND mode = 'queue' THEN 'queued' ELSE 'waiting' END,
                    run_at = CASE WHEN wake THEN @now ELSE run_at END, wake = @no, pause_requested = @no, event_seq = event_seq + 1,
                    waiting_reason = CASE WHEN waiting_reason LIKE 'paused; %' THEN SUBSTR(waiting_reason, 9) END
                WHERE id = @id AND status = 'paused' RETURNING status, event_seq, run_at, needs_place AND NOT admitted AS lacks_place
                """, new { id, now, no = false }, transaction, cancellationToken: stop));
            if (back is not null)
            {
                await ControlEvents.WriteAsync(connection, transaction, database.Dialect, run, back.EventSeq, RunEventTypes.RunResumed, "{}", now, stop);
            }
            // One that is still on its way to a pause comes back by itself: the journal sees that nobody asks for the pause any more.
            else if (await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE workflow_runs SET pause_requested = @no WHERE id = @id AND status = 'running' AND pause_requested",
                new { id, no = false }, transaction, cancellationToken: stop)) == 0)
            {
                return (Any: false, null);
            }
            await audit.WriteAsync(connection, transaction, entry(run), stop);
            return (Any: true, Back: back);
        }, stop);
        var after = (await store.FindAsync(org, id, stop))!;
        if (!moved.Any) { return new ControlOutcome.NotNow(after); }
        signals.Raise(id);
        if (moved.Back is { LacksPlace: true }) { await admission.FillAsync([run.Org], stop); }
        else if (moved.Back is { Status: "queued" }) { await AnnounceAsync(run, stop); }
        else { alarm.Expect(moved.Back?.RunAt ?? now); }
        return new ControlOutcome.Done(after);
    }

    private async Task AnnounceAsync(Run run, CancellationToken stop)
    {
        try { await queue.EnqueueAsync([new QueuedRun(run.Id, run.Org, run.Priority)], stop); }
        catch (QueueUnavailableException) { /* The reconciler announces it again. */ }
    }

    private enum Moved
    {
        Nothing,
        Asked,
        AtOnce,
    }

    private sealed record Resumed
    {
        public required string Status { get; init; }
        public required int EventSeq { get; init; }
        public required DateTimeOffset RunAt { get; init; }
        public required bool LacksPlace { get; init; }
    }
}

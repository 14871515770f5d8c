using Dapper;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Runs;

/// <summary>
/// Cancels a run. One that nobody drives ends at once; one in flight is told, its steps get the grace period, and the driver writes the end.
/// </summary>
public sealed class CancelRun(
    Database database, AuditWriter audit, RunStore store, Flights flights, ParentWaker parents, RunAdmission admission, EventSignals signals, TimeProvider time)
{
    /// <summary>Cancels; <paramref name="entry"/> makes the audit entry that commits with it, null for what the engine itself cancels.</summary>
    public async Task<CancelOutcome> CancelAsync(string org, Guid id, string reason, Func<Run, AuditEntry>? entry, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is not { } run) { return new CancelOutcome.Unknown(); }
        if (run.State.IsFinal()) { return new CancelOutcome.AlreadyFinal(run); }
        var ended = await database.InTransactionAsync(async (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            var arguments = new { id, reason, now, error = EventPayload.Error(new RunError("CANCELED", reason)), no = false };
            // The fence grows, so that a claim which read the row a moment ago finds nothing to write to.
            var seq = await connection.QuerySingleOrDefaultAsync<EndedRow>(new CommandDefinition(
                """
                UPDATE workflow_runs SET status = 'canceled', cancel_reason = @reason, error_json = @error, finished_at = @now, fence = fence + 1,
                    event_seq = event_seq + 1, waiting_reason = NULL, next_attempt_at = NULL
                WHERE id = @id AND status IN ('queued', 'waiting', 'paused') RETURNING event_seq, admitted
                """, arguments, transaction, cancellationToken: stop));
            if (seq is { EventSeq: var last })
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "UPDATE workflow_jobs SET status = 'canceled', finished_at = @now WHERE run_id = @id AND status IN ('queued', 'running', 'waiting')",
                    arguments, transaction, cancellationToken: stop));
                await connection.ExecuteAsync(new CommandDefinition(
                    $"""
                    INSERT INTO workflow_events (run_id, event_seq, org, workflow, type, payload_json, created_at)
                    VALUES (@id, @last, @org, @workflow, '{RunEventTypes.RunCanceled}', {database.Dialect.Json("@error")}, @now)
                    """,
                    new { id, last, org = run.Org, workflow = run.Workflow, arguments.error, now }, transaction, cancellationToken: stop));
            }
            else
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "UPDATE workflow_runs SET cancel_reason = @reason WHERE id = @id AND status = 'running' AND cancel_reason IS NULL",
                    arguments, transaction, cancellationToken: stop));
            }
            if (entry is not null) { await audit.WriteAsync(connection, transaction, entry(run), stop); }
            return (Yes: seq is not null, HadPlace: seq?.Admitted == true);
        }, stop);
        signals.Raise(id);
        if (ended.Yes)
        {
            if (ended.HadPlace) { await admission.FillAsync([run.Org], stop); }
            if (run.ParentRunId is not null) { await parents.WakeAsync([id], stop); }
            await CancelChildrenAsync(id, run.Org, stop);
            return new CancelOutcome.Canceled((await store.FindAsync(org, id, stop))!);
        }
        if (flights.Find(id) is { } driver) { driver.Cancel(reason); }
        else if (database.Dialect.CanNotify) { await database.NotifyAsync(RunListener.ControlChannel, id.ToString(), stop); }
        return new CancelOutcome.Asked((await store.FindAsync(org, id, stop))!);
    }

    private sealed record EndedRow
    {
        public required int EventSeq { get; init; }
        public required bool Admitted { get; init; }
    }

    /// <summary>Ends the sub-workflows of a run that has ended before them.</summary>
    public async Task CancelChildrenAsync(Guid parent, string org, CancellationToken stop)
    {
        Guid[] children;
        await using (var connection = await database.OpenAsync(stop))
        {
            children = [.. await connection.QueryAsync<Guid>(new CommandDefinition(
                "SELECT id FROM workflow_runs WHERE parent_run_id = @parent AND status IN ('queued', 'running', 'waiting', 'paused')",
                new { parent }, cancellationToken: stop))];
        }
        foreach (var child in children) { await CancelAsync(org, child, $"its parent run {parent} has ended", entry: null, stop); }
    }
}

/// <summary>What came of a request to cancel.</summary>
public abstract record CancelOutcome
{
    private CancelOutcome() { }

    /// <summary>The run has ended.</summary>
    public sealed record Canceled(Run Run) : CancelOutcome;

    /// <summary>The run is in flight and was told; it ends within the grace period.</summary>
    public sealed record Asked(Run Run) : CancelOutcome;

    /// <summary>There is nothing left to cancel.</summary>
    public sealed record AlreadyFinal(Run Run) : CancelOutcome;

    public sealed record Unknown : CancelOutcome;
}

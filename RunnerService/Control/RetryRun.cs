using System.Data.Common;
using Dapper;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Control;

/// <summary>
/// Lets a run that has ended without success go on in place: what succeeded stays, what failed or was canceled gets its attempts once more,
/// and the onFailure steps are forgotten, so that they run again should it fail again.
/// </summary>
public sealed class RetryRun(
    Database database, AuditWriter audit, RunStore store, JobStore jobs, WorkflowPlans plans, IRunQueue queue, AdmissionRules rules, RunAdmission admission, DueAlarm alarm, EventSignals signals, TimeProvider time)
{
    public async Task<ControlOutcome> RetryAsync(string org, Guid id, Func<Run, AuditEntry> entry, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is not { } run) { return new ControlOutcome.Unknown(); }
        if (run.State is not (RunStatus.Failed or RunStatus.TimedOut or RunStatus.Canceled)) { return new ControlOutcome.NotNow(run); }
        var plan = await plans.FindAsync(run.Org, run.Workflow, run.Version, stop);
        if (plan is null) { return new ControlOutcome.NotNow(run); }
        // A run that has ended does not change any more, so its rows may be read before the transaction.
        var again = Again(plan, [.. (await jobs.LoadAsync([id], stop))[id]]).ToArray();
        var now = time.GetUtcNow();
        var moved = await database.InTransactionAsync(async (connection, transaction) =>
        {
            // The clock of its timeout starts anew. A claim that is due at once needs no queue; legacy runs have none.
            var seq = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                """
                UPDATE workflow_runs SET
                    status = CASE WHEN mode = 'queue' THEN 'queued' ELSE 'waiting' END, fence = fence + 1, event_seq = event_seq + 1, run_at = @now,
                    attempts = CASE WHEN error_json LIKE '%TOO_MANY_STARTS%' THEN 0 ELSE attempts END,
                    error_json = NULL, output_json = NULL, finished_at = NULL, started_at = NULL, cancel_reason = NULL, pause_requested = @no,
                    wake = @no, admitted = @no, needs_place = (concurrency_key IS NOT NULL OR @limited), lease_owner = NULL, lease_until = NULL, next_attempt_at = NULL, waiting_reason = NULL
                WHERE id = @id AND status IN ('failed', 'timed_out', 'canceled') RETURNING event_seq
                """, new { id, now, no = false, limited = rules.Restrict(run.Org, run.Workflow, run.ParentRunId is not null) }, transaction, cancellationToken: stop));
            if (seq is not { } last) { return false; }
            foreach (var job in again) { await ResetAsync(connection, transaction, job, now, stop); }
            var handlers = plan.Steps.Skip(plan.MainSteps).Select(step => step.Id).ToArray();
            if (handlers.Length > 0)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    $"DELETE FROM workflow_jobs WHERE run_id = @id AND {database.Dialect.AnyOf("step_id", "@handlers")}", new { id, handlers }, transaction, cancellationToken: stop));
            }
            await ControlEvents.WriteAsync(connection, transaction, database.Dialect, run, last, RunEventTypes.RunRetried, run.ErrorJson ?? "{}", now, stop);
            await audit.WriteAsync(connection, transaction, entry(run), stop);
            return true;
        }, stop);
        var after = (await store.FindAsync(org, id, stop))!;
        if (!moved) { return new ControlOutcome.NotNow(after); }
        signals.Raise(id);
        alarm.Expect(now);
        if (run.Mode != "queue") { await admission.FillAsync([run.Org], stop); }
        else
        {
            try
            {
                await admission.FillAsync([run.Org], stop);
                if (await admission.MayStartAsync(id, stop)) { await queue.EnqueueAsync([new QueuedRun(id, run.Org, run.Priority)], stop); }
            }
            catch (QueueUnavailableException) { /* The reconciler announces it again. */ }
        }
        return new ControlOutcome.Done(after);
    }

    // The rows to begin again. A failure that the workflow puts up with is a result like any other.
    private static IEnumerable<Reset> Again(WorkflowPlan plan, IReadOnlyList<JobRow> rows)
    {
        var status = rows.Where(row => row.Item < 0).ToDictionary(row => row.StepId, row => row.Status);
        foreach (var row in rows)
        {
            if (!plan.Places.TryGetValue(row.StepId, out var place) || place >= plan.MainSteps) { continue; }
            var step = plan.Steps[place];
            if (row.Status is "succeeded" or "skipped" || status.GetValueOrDefault(row.StepId) is "succeeded") { continue; }
            if (row.Status == "failed" && step.ContinueOnError) { continue; }
            var isLoop = row.Item < 0 && step.ForEach is not null;
            yield return new Reset(
                row, isLoop && row.Attempts > 0 ? "running" : "queued", isLoop ? row.MaxAttempts : row.Attempts + step.Retry.MaxAttempts,
                !isLoop && row.Error is { } error && row.FinishedAt is { } at ? EventPayload.AddAttempt(row.HistoryJson, row.Attempts, row.StartedAt, at, error) : row.HistoryJson);
        }
    }

    private static Task ResetAsync(DbConnection connection, DbTransaction transaction, Reset job, DateTimeOffset now, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE workflow_jobs SET status = @Status, max_attempts = @MaxAttempts, history_json = @History, run_at = @now,
                output_json = NULL, error_json = NULL, state_json = NULL, finished_at = NULL
            WHERE run_id = @RunId AND step_id = @StepId AND item = @Item
            """,
            new { job.Status, job.MaxAttempts, job.History, now, job.Row.RunId, job.Row.StepId, job.Row.Item }, transaction, cancellationToken: stop));

    private sealed record Reset(JobRow Row, string Status, int MaxAttempts, string? History);
}

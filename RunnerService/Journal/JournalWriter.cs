using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// Writes one flush in one transaction. Rows of a run whose fence is no longer the row's are left out; the runs that were written are
/// the answer. Safe to repeat after an unclear commit.
/// </summary>
public abstract class JournalWriter
{
    /// <summary>The writer that suits the database: whole arrays per statement where it takes them, else prepared single rows.</summary>
    public static JournalWriter For(Database database, AuditWriter audit, TimeProvider time) =>
        database.Dialect.TakesArrays ? new SetJournalWriter(database, audit, time) : new RowJournalWriter(database, audit, time);

    /// <summary>Writes the batch; returns the runs (with the fence used) that took it.</summary>
    public abstract Task<IReadOnlySet<(Guid RunId, long Fence)>> WriteAsync(JournalBatch batch, CancellationToken stop);

    /// <summary>
    /// Stores new runs with their first jobs and their first event; returns the ids that are stored. One that is missing had its
    /// idempotency key taken.
    /// </summary>
    public abstract Task<IReadOnlySet<Guid>> CreateAsync(IReadOnlyList<NewRun> runs, CancellationToken stop);

    /// <summary>
    /// Takes runs under a lease and writes their started or resumed event, in one statement's time. A run that someone else has, or that is
    /// no longer due, is not in the answer.
    /// </summary>
    public abstract Task<IReadOnlyList<ClaimedRun>> ClaimAsync(Claim claim, CancellationToken stop);

    /// <summary>A run that needs a place under limits has it; the claim asks for nothing else, so that limits cost those nothing who have none.</summary>
    public const string Ready = "(admitted OR NOT needs_place)";

    /// <summary>Picks the runs of a claim; the caller puts it into a CTE named pick.</summary>
    protected static string Pick(Claim claim, SqlDialect dialect) => claim switch
    {
        { Ids: not null } =>
            $"""
            SELECT id FROM workflow_runs
            WHERE {dialect.AnyOf("id", "@ids")} AND status IN ('queued', 'waiting') AND run_at <= @now AND {Ready}
            {dialect.SkipLocked}
            """,
        { From: "waiting" } =>
            $"""
            SELECT id FROM workflow_runs
            WHERE status = 'waiting' AND run_at <= @due AND {Ready}
            ORDER BY run_at LIMIT @max {dialect.SkipLocked}
            """,
        _ =>
            $"""
            SELECT id FROM workflow_runs
            WHERE status = 'queued' AND {Ready} {(claim.Org is null ? "" : "AND org = @org")} AND run_at <= @due AND (mode = 'queue' OR run_at <= @legacyBefore)
            ORDER BY priority DESC, run_at LIMIT @max {dialect.SkipLocked}
            """,
    };

    /// <summary>Takes the picked runs. The fence counts claims; attempts count starts from the queue, not returns from a wait.</summary>
    protected const string Take =
        """
        UPDATE workflow_runs SET
            status = 'running', attempts = attempts + CASE WHEN status = 'queued' THEN 1 ELSE 0 END, fence = fence + 1,
            lease_owner = @owner, lease_until = @until, started_at = COALESCE(started_at, @now), event_seq = event_seq + 1,
            waiting_reason = NULL, next_attempt_at = NULL, wake = @no
        WHERE id IN (SELECT id FROM pick)
        """;

    /// <summary>What a claim reads of a run.</summary>
    protected const string ClaimedColumns =
        "id, org, workflow, version, environment, owner, mode, priority, parameters_json, labels_json, traceparent, attempts, fence, event_seq, " +
        "created_at, started_at, run_at, parent_run_id, parent_step_id, parent_item, replay_of, depth, cancel_reason, pause_requested, event_json, needs_place";

    /// <summary>The columns of a new run in the order that both writers use.</summary>
    protected const string NewRunColumns =
        "id, org, workflow, version, environment, status, priority, mode, mode_reason, parameters_json, labels_json, owner, trigger_name, " +
        "idempotency_key, request_hash, traceparent, parent_run_id, parent_step_id, parent_item, replay_of, concurrency_key, concurrency_limit, " +
        "depth, run_at, waiting_reason, created_at, event_json, needs_place, event_seq";

    /// <summary>The job upsert's tail, the same on both databases.</summary>
    protected const string JobConflict =
        """
        ON CONFLICT (run_id, step_id, item) DO UPDATE SET
            status = EXCLUDED.status, attempts = EXCLUDED.attempts, max_attempts = EXCLUDED.max_attempts, run_at = EXCLUDED.run_at,
            output_json = EXCLUDED.output_json, error_json = EXCLUDED.error_json, state_json = EXCLUDED.state_json,
            history_json = EXCLUDED.history_json, started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at
        """;

    /// <summary>The columns of a job row in the order that both writers use.</summary>
    protected const string JobColumns =
        "run_id, step_id, item, action_type, status, attempts, max_attempts, run_at, output_json, error_json, state_json, history_json, created_at, started_at, finished_at";

    /// <summary>The columns of an event row in the order that both writers use.</summary>
    protected const string EventColumns = "run_id, event_seq, org, workflow, type, step_id, item, attempt, payload_json, created_at";
}

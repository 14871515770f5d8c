using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Journal;

public sealed partial class SetJournalWriter
{
    private const string Create =
        $"""
        WITH created AS (
            INSERT INTO workflow_runs ({NewRunColumns})
            SELECT d.*, 1
            FROM unnest(@ids, @orgs, @workflows, @versions, @environments, @statuses, @priorities, @modes, @modeReasons, @parameters, @labels,
                        @owners, @triggers, @keys, @hashes, @traceparents, @parents, @parentSteps, @parentItems, @replays, @concurrencyKeys,
                        @concurrencyLimits, @depths, @runAts, @reasons, @created, @happenings, @places) AS d
            ON CONFLICT DO NOTHING
            RETURNING id, org, workflow, created_at),
        jobs AS (
            INSERT INTO workflow_jobs ({JobColumns})
            SELECT j.* FROM unnest(@jobRuns, @steps, @items, @actions, @jobStatuses, @attempts, @maxAttempts, @jobRunAts, @outputs, @errors,
                                   @states, @histories, @jobCreated, @started, @finished)
                AS j (run_id, step_id, item, action, status, attempts, max_attempts, run_at, output, error, state, history, created_at, started_at, finished_at)
            JOIN created c ON c.id = j.run_id),
        events AS (
            INSERT INTO workflow_events (run_id, event_seq, org, workflow, type, created_at)
            SELECT id, 1, org, workflow, '{RunEventTypes.RunEnqueued}', created_at FROM created)
        SELECT id FROM created
        """;

    public override async Task<IReadOnlySet<Guid>> CreateAsync(IReadOnlyList<NewRun> runs, CancellationToken stop)
    {
        var rows = runs as NewRun[] ?? [.. runs];
        var jobs = rows.SelectMany(run => run.Jobs.Select(job => (run.Id, Job: job))).ToArray();
        await using var connection = await database.OpenAsync(stop);
        var audited = Array.FindAll(rows, run => run.Audit is not null);
        // One statement commits by itself; only entries of the audit log make it a transaction.
        await using var transaction = audited.Length == 0 ? null : await connection.BeginTransactionAsync(stop);
        await using var command = connection.CreateBatch();
        command.Transaction = transaction;
        Statement(command, Create,
            ("ids", Array.ConvertAll(rows, run => run.Id)), ("orgs", Array.ConvertAll(rows, run => run.Org)),
            ("workflows", Array.ConvertAll(rows, run => run.Workflow)), ("versions", Array.ConvertAll(rows, run => run.Version)),
            ("environments", Array.ConvertAll(rows, run => run.Environment)), ("statuses", Array.ConvertAll(rows, run => run.Status)),
            ("priorities", Array.ConvertAll(rows, run => (short)run.Priority)), ("modes", Array.ConvertAll(rows, run => run.Mode)),
            ("modeReasons", Array.ConvertAll(rows, run => run.ModeReason)), ("parameters", Array.ConvertAll(rows, run => run.Parameters)),
            ("labels", Array.ConvertAll(rows, run => run.Labels)), ("owners", Array.ConvertAll(rows, run => run.Owner)),
            ("triggers", Array.ConvertAll(rows, run => run.Trigger)), ("keys", Array.ConvertAll(rows, run => run.IdempotencyKey)),
            ("hashes", Array.ConvertAll(rows, run => run.RequestHash)), ("traceparents", Array.ConvertAll(rows, run => run.Traceparent)),
            ("parents", Array.ConvertAll(rows, run => run.ParentRunId)), ("parentSteps", Array.ConvertAll(rows, run => run.ParentStepId)),
            ("parentItems", Array.ConvertAll(rows, run => run.ParentItem)), ("replays", Array.ConvertAll(rows, run => run.ReplayOf)),
            ("concurrencyKeys", Array.ConvertAll(rows, run => run.ConcurrencyKey)), ("concurrencyLimits", Array.ConvertAll(rows, run => run.ConcurrencyLimit)),
            ("depths", Array.ConvertAll(rows, run => run.Depth)), ("runAts", Array.ConvertAll(rows, run => run.RunAt)),
            ("reasons", Array.ConvertAll(rows, run => run.WaitingReason)), ("created", Array.ConvertAll(rows, run => run.CreatedAt)),
            ("happenings", Array.ConvertAll(rows, run => run.Event)), ("places", Array.ConvertAll(rows, run => run.NeedsPlace)),
            ("jobRuns", Array.ConvertAll(jobs, row => row.Id)), ("steps", Array.ConvertAll(jobs, row => row.Job.StepId)),
            ("items", Array.ConvertAll(jobs, row => row.Job.Item)), ("actions", Array.ConvertAll(jobs, row => row.Job.Action)),
            ("jobStatuses", Array.ConvertAll(jobs, row => row.Job.Status)), ("attempts", Array.ConvertAll(jobs, row => row.Job.Attempts)),
            ("maxAttempts", Array.ConvertAll(jobs, row => row.Job.MaxAttempts)), ("jobRunAts", Array.ConvertAll(jobs, row => row.Job.RunAt)),
            ("outputs", Array.ConvertAll(jobs, row => row.Job.Output)), ("errors", Array.ConvertAll(jobs, row => row.Job.Error)),
            ("states", Array.ConvertAll(jobs, row => row.Job.State)), ("histories", Array.ConvertAll(jobs, row => row.Job.History)),
            ("jobCreated", Array.ConvertAll(jobs, row => row.Job.CreatedAt)), ("started", Array.ConvertAll(jobs, row => row.Job.StartedAt)),
            ("finished", Array.ConvertAll(jobs, row => row.Job.FinishedAt)));
        var created = new HashSet<Guid>(rows.Length);
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop)) { created.Add(reader.GetGuid(0)); }
        }
        if (transaction is null) { return created; }
        foreach (var run in audited)
        {
            if (created.Contains(run.Id)) { await audit.WriteAsync(connection, transaction, run.Audit!, stop); }
        }
        await transaction.CommitAsync(stop);
        return created;
    }
}

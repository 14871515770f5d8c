using System.Data.Common;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// The journal on a database that takes arrays as parameters: at most four statements in one round trip and one transaction, however many
/// runs take part. A run row is updated before its jobs and events are inserted, so that the fence holds until the commit.
/// </summary>
public sealed partial class SetJournalWriter(Database database, AuditWriter audit, TimeProvider time) : JournalWriter
{
    // Every statement names the runs twice, in the rows and as = ANY: the planner cannot know how few rows an unnest gives, and without the
    // second it may read the whole table of runs for each flush (seen: half of the time of a flush).
    private const string Progress =
        """
        UPDATE workflow_runs r SET event_seq = d.seq
        FROM unnest(@ids, @fences, @seqs) AS d (id, fence, seq)
        WHERE r.id = d.id AND r.fence = d.fence AND r.id = ANY(@ids)
        RETURNING r.id, r.fence
        """;

    private const string Moves =
        """
        UPDATE workflow_runs r SET
            status = CASE WHEN d.status = 'paused' AND NOT r.pause_requested THEN 'waiting' ELSE d.status END, event_seq = d.seq,
            run_at = CASE WHEN d.status = 'waiting' AND r.wake THEN LEAST(@now, d.run_at) ELSE COALESCE(d.run_at, r.run_at) END,
            wake = false, next_attempt_at = d.next_attempt_at, waiting_reason = d.waiting_reason,
            output_json = d.output, error_json = d.error, finished_at = d.finished_at, lease_owner = NULL, lease_until = NULL
        FROM unnest(@ids, @fences, @seqs, @statuses, @runAts, @nextAttempts, @reasons, @outputs, @errors, @finished)
            AS d (id, fence, seq, status, run_at, next_attempt_at, waiting_reason, output, error, finished_at)
        WHERE r.id = d.id AND r.fence = d.fence AND r.id = ANY(@ids) AND (r.status = 'running' OR r.status = d.status AND d.finished_at IS NOT NULL)
        RETURNING r.id, r.fence
        """;

    private const string Jobs =
        $"""
        INSERT INTO workflow_jobs ({JobColumns})
        SELECT d.run_id, d.step_id, d.item, d.action, d.status, d.attempts, d.max_attempts, d.run_at, d.output, d.error, d.state, d.history,
               d.created_at, d.started_at, d.finished_at
        FROM unnest(@runs, @fences, @steps, @items, @actions, @statuses, @attempts, @maxAttempts, @runAts, @outputs, @errors, @states,
                    @histories, @created, @started, @finished)
            AS d (run_id, fence, step_id, item, action, status, attempts, max_attempts, run_at, output, error, state, history,
                  created_at, started_at, finished_at)
        JOIN workflow_runs r ON r.id = d.run_id AND r.fence = d.fence AND r.id = ANY(@ids)
        {JobConflict}
        """;

    private const string Events =
        $"""
        INSERT INTO workflow_events ({EventColumns})
        SELECT d.run_id, d.seq, r.org, r.workflow, d.type, d.step_id, d.item, d.attempt, d.payload::jsonb, d.created_at
        FROM unnest(@runs, @fences, @seqs, @types, @steps, @items, @attempts, @payloads, @created)
            AS d (run_id, fence, seq, type, step_id, item, attempt, payload, created_at)
        JOIN workflow_runs r ON r.id = d.run_id AND r.fence = d.fence AND r.id = ANY(@ids)
        ON CONFLICT (run_id, event_seq) DO NOTHING
        """;

    public override async Task<IReadOnlySet<(Guid RunId, long Fence)>> WriteAsync(JournalBatch batch, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        await using var command = connection.CreateBatch();
        AddRuns(command, batch);
        AddJobs(command, batch);
        AddEvents(command, batch);
        var accepted = new HashSet<(Guid, long)>(batch.Runs.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        do
        {
            while (await reader.ReadAsync(stop)) { accepted.Add((reader.GetGuid(0), reader.GetInt64(1))); }
        }
        while (await reader.NextResultAsync(stop));
        return accepted;
    }

    private void AddRuns(DbBatch command, JournalBatch batch)
    {
        var moving = batch.Runs.Count(run => run.Move is not null);
        if (moving < batch.Runs.Count)
        {
            var n = batch.Runs.Count - moving;
            var (ids, fences, seqs) = (new Guid[n], new long[n], new int[n]);
            var i = 0;
            foreach (var run in batch.Runs)
            {
                if (run.Move is not null) { continue; }
                (ids[i], fences[i], seqs[i]) = (run.RunId, run.Fence, run.EventSeq);
                i++;
            }
            Statement(command, Progress, ("ids", ids), ("fences", fences), ("seqs", seqs));
        }
        if (moving > 0)
        {
            var runs = batch.Runs.Where(run => run.Move is not null).ToArray();
            Statement(command, Moves,
                ("now", time.GetUtcNow()),
                ("ids", Array.ConvertAll(runs, run => run.RunId)), ("fences", Array.ConvertAll(runs, run => run.Fence)),
                ("seqs", Array.ConvertAll(runs, run => run.EventSeq)), ("statuses", Array.ConvertAll(runs, run => run.Move!.Status)),
                ("runAts", Array.ConvertAll(runs, run => run.Move!.RunAt)), ("nextAttempts", Array.ConvertAll(runs, run => run.Move!.NextAttemptAt)),
                ("reasons", Array.ConvertAll(runs, run => run.Move!.WaitingReason)), ("outputs", Array.ConvertAll(runs, run => run.Move!.Output)),
                ("errors", Array.ConvertAll(runs, run => run.Move!.Error)), ("finished", Array.ConvertAll(runs, run => run.Move!.FinishedAt)));
        }
    }

    private static void AddJobs(DbBatch command, JournalBatch batch)
    {
        var n = batch.Runs.Sum(run => run.Jobs.Count);
        if (n == 0) { return; }
        var (runs, fences, jobs) = (new Guid[n], new long[n], new JobWrite[n]);
        var i = 0;
        foreach (var run in batch.Runs)
        {
            foreach (var job in run.Jobs)
            {
                (runs[i], fences[i], jobs[i]) = (run.RunId, run.Fence, job);
                i++;
            }
        }
        Statement(command, Jobs,
            ("ids", RunIds(batch)), ("runs", runs), ("fences", fences),
            ("steps", Array.ConvertAll(jobs, job => job.StepId)), ("items", Array.ConvertAll(jobs, job => job.Item)),
            ("actions", Array.ConvertAll(jobs, job => job.Action)), ("statuses", Array.ConvertAll(jobs, job => job.Status)),
            ("attempts", Array.ConvertAll(jobs, job => job.Attempts)), ("maxAttempts", Array.ConvertAll(jobs, job => job.MaxAttempts)),
            ("runAts", Array.ConvertAll(jobs, job => job.RunAt)), ("outputs", Array.ConvertAll(jobs, job => job.Output)),
            ("errors", Array.ConvertAll(jobs, job => job.Error)), ("states", Array.ConvertAll(jobs, job => job.State)),
            ("histories", Array.ConvertAll(jobs, job => job.History)), ("created", Array.ConvertAll(jobs, job => job.CreatedAt)),
            ("started", Array.ConvertAll(jobs, job => job.StartedAt)), ("finished", Array.ConvertAll(jobs, job => job.FinishedAt)));
    }

    private static void AddEvents(DbBatch command, JournalBatch batch)
    {
        var n = batch.Runs.Sum(run => run.Events.Count);
        if (n == 0) { return; }
        var (runs, fences, events) = (new Guid[n], new long[n], new EventWrite[n]);
        var i = 0;
        foreach (var run in batch.Runs)
        {
            foreach (var entry in run.Events)
            {
                (runs[i], fences[i], events[i]) = (run.RunId, run.Fence, entry);
                i++;
            }
        }
        Statement(command, Events,
            ("ids", RunIds(batch)), ("runs", runs), ("fences", fences),
            ("seqs", Array.ConvertAll(events, entry => entry.Seq)), ("types", Array.ConvertAll(events, entry => entry.Type)),
            ("steps", Array.ConvertAll(events, entry => entry.StepId)), ("items", Array.ConvertAll(events, entry => entry.Item)),
            ("attempts", Array.ConvertAll(events, entry => entry.Attempt)), ("payloads", Array.ConvertAll(events, entry => entry.Payload ?? "{}")),
            ("created", Array.ConvertAll(events, entry => entry.At)));
    }

    private static Guid[] RunIds(JournalBatch batch) => [.. batch.Runs.Select(run => run.RunId)];

    private static void Statement(DbBatch batch, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
        batch.BatchCommands.Add(command);
    }
}

using System.Data.Common;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// The journal on a database in the same process: a round trip costs nothing there, so it writes row by row with statements prepared
/// once, all in one transaction and on one connection of its own.
/// </summary>
public sealed partial class RowJournalWriter(Database database, AuditWriter audit, TimeProvider time) : JournalWriter, IAsyncDisposable
{
    private Statements? statements;

    public override async Task<IReadOnlySet<(Guid RunId, long Fence)>> WriteAsync(JournalBatch batch, CancellationToken stop)
    {
        var accepted = new HashSet<(Guid, long)>(batch.Runs.Count);
        using var turn = await database.WriterTurnAsync(stop);
        var prepared = await PreparedAsync(stop);
        await using var transaction = prepared.Begin();
        foreach (var run in batch.Runs)
        {
            if (!prepared.WriteRun(run, time.GetUtcNow())) { continue; }
            accepted.Add((run.RunId, run.Fence));
            foreach (var job in run.Jobs) { prepared.WriteJob(run.RunId, job); }
            foreach (var entry in run.Events) { prepared.WriteEvent(run.RunId, run.Org, run.Workflow, entry); }
        }
        await transaction.CommitAsync(stop);
        return accepted;
    }

    // Called only in our turn to write, so that one set of statements serves everyone.
    private async ValueTask<Statements> PreparedAsync(CancellationToken stop) => statements ??= new Statements(await database.OpenAsync(stop));

    public ValueTask DisposeAsync() => statements?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed partial class Statements : IAsyncDisposable
    {
        private readonly PreparedRow progress;
        private readonly PreparedRow move;
        private readonly PreparedRow job;
        private readonly PreparedRow entry;

        private readonly PreparedRow insert;

        public Statements(DbConnection connection)
        {
            Connection = connection;
            progress = new(connection, "UPDATE workflow_runs SET event_seq = @seq WHERE id = @id AND fence = @fence", "id", "fence", "seq");
            move = new(connection,
                """
                UPDATE workflow_runs SET
                    status = CASE WHEN @status = 'paused' AND NOT pause_requested THEN 'waiting' ELSE @status END, event_seq = @seq,
                    run_at = CASE WHEN @status = 'waiting' AND wake THEN MIN(@now, @run_at) ELSE COALESCE(@run_at, run_at) END,
                    wake = 0, next_attempt_at = @next, waiting_reason = @reason, output_json = @output, error_json = @error,
                    finished_at = @finished, lease_owner = NULL, lease_until = NULL
                WHERE id = @id AND fence = @fence AND (status = 'running' OR status = @status AND @finished IS NOT NULL)
                """, "id", "fence", "seq", "status", "now", "run_at", "next", "reason", "output", "error", "finished");
            job = new(connection,
                $"""
                INSERT INTO workflow_jobs ({JobColumns})
                VALUES (@run, @step, @item, @action, @status, @attempts, @max, @run_at, @output, @error, @state, @history, @created, @started, @finished)
                {JobConflict}
                """, "run", "step", "item", "action", "status", "attempts", "max", "run_at", "output", "error", "state", "history", "created", "started", "finished");
            entry = new(connection,
                $"""
                INSERT INTO workflow_events ({EventColumns})
                VALUES (@run, @seq, @org, @workflow, @type, @step, @item, @attempt, @payload, @created)
                ON CONFLICT (run_id, event_seq) DO NOTHING
                """, "run", "seq", "org", "workflow", "type", "step", "item", "attempt", "payload", "created");
            var columns = NewRunColumns.Split(", ");
            insert = new(connection,
                $"INSERT INTO workflow_runs ({NewRunColumns}) VALUES ({string.Join(", ", columns.Select(name => "@" + name))}) ON CONFLICT DO NOTHING", columns);
        }

        public DbConnection Connection { get; }

        public DbTransaction Begin()
        {
            var transaction = Connection.BeginTransaction();
            foreach (var statement in All) { statement.Join(transaction); }
            return transaction;
        }

        private PreparedRow[] All => [progress, move, job, entry, insert];

        public bool WriteRun(JournalBatch.Entry run, DateTimeOffset now) => 1 == (run.Move is { } to
            ? move.Execute(run.RunId, run.Fence, run.EventSeq, to.Status, now, to.RunAt, to.NextAttemptAt, to.WaitingReason, to.Output, to.Error, to.FinishedAt)
            : progress.Execute(run.RunId, run.Fence, run.EventSeq));

        public void WriteJob(Guid run, JobWrite row) => job.Execute(run, row.StepId, row.Item, row.Action, row.Status, row.Attempts, row.MaxAttempts,
            row.RunAt, row.Output, row.Error, row.State, row.History, row.CreatedAt, row.StartedAt, row.FinishedAt);

        public void WriteEvent(Guid run, string org, string workflow, EventWrite row) => entry.Execute(run, row.Seq, org, workflow, row.Type,
            row.StepId, row.Item, row.Attempt, row.Payload ?? "{}", row.At);

        public async ValueTask DisposeAsync()
        {
            foreach (var statement in All) { statement.Dispose(); }
            await Connection.DisposeAsync();
        }
    }
}

using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Signals;

/// <summary>
/// Puts an answer into the state of a step that waits for one, and makes its run due. One transaction with the audit entry; a second answer
/// finds the step no longer waiting for it.
/// </summary>
public sealed class AnswerWait(Database database, AuditWriter audit, RunStore runs, DueAlarm alarm, TimeProvider time)
{
    /// <summary>Which waiting step is meant, what is added to its state, and what the audit says.</summary>
    /// <param name="Kind">The state's kind: <c>signal</c> or <c>approval</c>.</param>
    /// <param name="Name">The signal's name or the approval step's id.</param>
    /// <param name="Field">The state's field that takes the answer; set already = somebody was first.</param>
    /// <param name="Value">The answer itself.</param>
    /// <param name="Allow">Looks at the state and says why this caller may not answer; null = allowed.</param>
    /// <param name="Entry">Makes the audit entry from the run and the step answered.</param>
    public sealed record Answer(string Kind, string Name, string Field, JsonNode? Value, Func<JsonObject, string?> Allow, Func<Run, string, AuditEntry> Entry);

    public async Task<AnswerOutcome> GiveAsync(string org, Guid id, Answer answer, CancellationToken stop)
    {
        if (await runs.FindAsync(org, id, stop) is not { } run) { return new AnswerOutcome.UnknownRun(); }
        var outcome = await database.InTransactionAsync<AnswerOutcome>(async (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            var (step, item, state) = await FindAsync(connection, transaction, id, answer, stop);
            if (step is null) { return new AnswerOutcome.NotAwaited(run.Status); }
            if (answer.Allow(state) is { } why) { return new AnswerOutcome.NotAllowed(why); }
            state[answer.Field] = answer.Value?.DeepClone();
            var arguments = new { id, step, item, text = state.ToJsonString(), now, yes = true };
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE workflow_jobs SET state_json = @text, run_at = @now WHERE run_id = @id AND step_id = @step AND item = @item AND status = 'waiting'",
                arguments, transaction, cancellationToken: stop));
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE workflow_runs SET run_at = CASE WHEN status = 'waiting' THEN @now ELSE run_at END, wake = @yes WHERE id = @id",
                arguments, transaction, cancellationToken: stop));
            await audit.WriteAsync(connection, transaction, answer.Entry(run, step), stop);
            return new AnswerOutcome.Given(step);
        }, stop);
        if (outcome is AnswerOutcome.Given) { alarm.Expect(time.GetUtcNow()); }
        return outcome;
    }

    private async Task<(string? Step, int Item, JsonObject State)> FindAsync(DbConnection connection, DbTransaction transaction, Guid id, Answer answer, CancellationToken stop)
    {
        var waiting = await connection.QueryAsync<WaitingRow>(new CommandDefinition(
            $"SELECT step_id, item, state_json FROM workflow_jobs WHERE run_id = @id AND status = 'waiting' AND state_json IS NOT NULL ORDER BY step_id, item {database.Dialect.ForUpdate}",
            new { id }, transaction, cancellationToken: stop));
        foreach (var row in waiting)
        {
            if (JsonNode.Parse(row.StateJson) is JsonObject state && (string?)state["kind"] == answer.Kind && (string?)state["name"] == answer.Name && !state.ContainsKey(answer.Field))
            {
                return (row.StepId, row.Item, state);
            }
        }
        return (null, 0, []);
    }

    private sealed record WaitingRow
    {
        public required string StepId { get; init; }
        public required int Item { get; init; }
        public required string StateJson { get; init; }
    }
}

/// <summary>What became of an answer.</summary>
public abstract record AnswerOutcome
{
    private AnswerOutcome() { }

    public sealed record Given(string StepId) : AnswerOutcome;

    public sealed record UnknownRun : AnswerOutcome;

    /// <summary>No step waits for it: not yet, not any more, or never.</summary>
    public sealed record NotAwaited(string RunStatus) : AnswerOutcome;

    public sealed record NotAllowed(string Why) : AnswerOutcome;
}

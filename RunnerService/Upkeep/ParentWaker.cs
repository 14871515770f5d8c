using System.Text.Json;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>Tells a waiting <c>workflow</c> step that its child run has ended, and ends the children of a run that was canceled.</summary>
public sealed class ParentWaker(Database database, DueAlarm alarm, TimeProvider time)
{
    /// <summary>
    /// Wakes the parents of these runs, which have just ended; returns those whose parent has not come to wait yet (a child can be faster than
    /// its parent's journal): ask again in a moment.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> WakeAsync(IReadOnlyCollection<Guid> ended, CancellationToken stop)
    {
        List<Guid> early = [];
        await using var connection = await database.OpenAsync(stop);
        var children = await connection.QueryAsync<Child>(new CommandDefinition(
            $"SELECT {Columns} FROM workflow_runs WHERE {database.Dialect.AnyOf("id", "@ids")} AND parent_run_id IS NOT NULL",
            new { ids = ended }, cancellationToken: stop));
        foreach (var child in children)
        {
            if (!await WakeAsync(child, stop)) { early.Add(child.Id); }
        }
        return early;
    }

    /// <summary>Finds parents that still wait for a child which ended before <paramref name="before"/>.</summary>
    public async Task<int> WakeForgottenAsync(DateTimeOffset before, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var children = (await connection.QueryAsync<Child>(new CommandDefinition(
            $"""
            SELECT {string.Join(", ", Columns.Split(", ").Select(name => "c." + name))}
            FROM workflow_runs p
            JOIN workflow_runs c ON c.parent_run_id = p.id
            JOIN workflow_jobs j ON j.run_id = p.id AND j.step_id = c.parent_step_id AND j.item = c.parent_item AND j.status = 'waiting'
            WHERE p.status = 'waiting' AND c.finished_at < @before AND j.run_at > @before
            LIMIT 100
            """,
            new { before }, cancellationToken: stop))).AsList();
        foreach (var child in children) { await WakeAsync(child, stop); }
        return children.Count;
    }

    private async Task<bool> WakeAsync(Child child, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var state = JsonSerializer.Serialize(new
        {
            childRunId = child.Id,
            result = new { status = child.Status, output = Json(child.OutputJson), error = Json(child.ErrorJson) },
        }, Contracts.Json.WireJson.Options);
        var moved = await database.InTransactionAsync(async (connection, transaction) =>
        {
            var arguments = new { parent = child.ParentRunId, step = child.ParentStepId, item = child.ParentItem, state, now };
            var jobs = await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE workflow_jobs SET state_json = @state, run_at = @now WHERE run_id = @parent AND step_id = @step AND item = @item AND status = 'waiting'",
                arguments, transaction, cancellationToken: stop));
            var parents = await connection.ExecuteAsync(new CommandDefinition(
                """
                UPDATE workflow_runs SET run_at = CASE WHEN status = 'waiting' THEN @now ELSE run_at END, wake = @yes
                WHERE id = @parent AND status IN ('waiting', 'running', 'paused')
                """,
                new { parent = child.ParentRunId, now, yes = true }, transaction, cancellationToken: stop));
            return (Jobs: jobs, Runs: parents);
        }, stop);
        if (moved.Jobs > 0) { alarm.Expect(now); }
        return moved.Jobs > 0 || moved.Runs == 0;
    }

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);

    private const string Columns = "id, status, output_json, error_json, parent_run_id, parent_step_id, parent_item";

    private sealed record Child
    {
        public required Guid Id { get; init; }
        public required string Status { get; init; }
        public string? OutputJson { get; init; }
        public string? ErrorJson { get; init; }
        public required Guid ParentRunId { get; init; }
        public required string ParentStepId { get; init; }
        public required int ParentItem { get; init; }
    }
}

using System.Text.Json;
using Dapper;
using Switchyard.Contracts.Runs;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Events;

/// <summary>Reads the events of a run; the journal writes them.</summary>
public sealed class EventStore(Database database)
{
    /// <summary>Events after a number, in order.</summary>
    public async Task<IReadOnlyList<RunEventView>> ListAsync(Guid run, long after, int limit, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT event_seq, type, step_id, item, attempt, payload_json, created_at FROM workflow_events
            WHERE run_id = @run AND event_seq > @after ORDER BY event_seq LIMIT @limit
            """,
            new { run, after, limit }, cancellationToken: stop));
        return [.. rows.Select(row => new RunEventView
        {
            Seq = row.EventSeq, Type = row.Type, StepId = row.StepId, Item = row.Item, Attempt = row.Attempt,
            Data = row.PayloadJson == "{}" ? null : JsonElement.Parse(row.PayloadJson), At = row.CreatedAt,
        })];
    }

    private sealed record Row
    {
        public required int EventSeq { get; init; }
        public required string Type { get; init; }
        public string? StepId { get; init; }
        public int? Item { get; init; }
        public int? Attempt { get; init; }
        public required string PayloadJson { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
    }
}

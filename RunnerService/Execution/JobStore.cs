using System.Text.Json;
using Dapper;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Execution;

/// <summary>Reads job rows; the journal writes them.</summary>
public sealed class JobStore(Database database)
{
    private const string Columns =
        "run_id, step_id, item, action_type, status, attempts, max_attempts, run_at, output_json, error_json, state_json, history_json, created_at, started_at, finished_at";

    /// <summary>All jobs of several runs.</summary>
    public async Task<ILookup<Guid, JobRow>> LoadAsync(IReadOnlyCollection<Guid> runs, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<JobRow>(new CommandDefinition(
            $"SELECT {Columns} FROM workflow_jobs WHERE {database.Dialect.AnyOf("run_id", "@ids")} ORDER BY run_id, step_id, item",
            new { ids = runs }, cancellationToken: stop));
        return rows.ToLookup(row => row.RunId);
    }

    /// <summary>The jobs of one run in the order they came to be, a page at a time.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(Guid run, string afterStep, int afterItem, int limit, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return (await connection.QueryAsync<JobRow>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM workflow_jobs
            WHERE run_id = @run AND (step_id, item) > (@afterStep, @afterItem)
            ORDER BY step_id, item LIMIT @limit
            """,
            new { run, afterStep, afterItem, limit }, cancellationToken: stop))).AsList();
    }
}

/// <summary>A row of workflow_jobs.</summary>
public sealed record JobRow
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required int Item { get; init; }
    public required string ActionType { get; init; }
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public required int MaxAttempts { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public string? OutputJson { get; init; }
    public string? ErrorJson { get; init; }
    public string? StateJson { get; init; }
    public string? HistoryJson { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The error, when there is one.</summary>
    public RunError? Error => ErrorJson is null ? null : JsonSerializer.Deserialize(ErrorJson, ContractsJsonContext.Default.RunError);

    /// <summary>Puts the row back into memory, as a claim finds it.</summary>
    public void Fill(UnitState unit)
    {
        if (!RunStatuses.TryParseJob(Status, out var status)) { throw new InvalidDataException($"There is no job status '{Status}'."); }
        // The first jobs are stored as queued with the run; they have not begun.
        unit.Status = status is JobStatus.Queued && Attempts == 0 ? null : status;
        unit.Attempts = Attempts;
        unit.MaxAttempts = MaxAttempts;
        unit.RunAt = RunAt;
        unit.CreatedAt = CreatedAt;
        unit.StartedAt = StartedAt;
        unit.FinishedAt = FinishedAt;
        unit.OutputJson = OutputJson;
        unit.Output = OutputJson is null ? Value.Null : Value.Of(JsonElement.Parse(OutputJson));
        unit.Error = Error;
        unit.State = StateJson is null ? default : JsonElement.Parse(StateJson);
        unit.History = HistoryJson;
        unit.IsDurable = true;
    }
}

using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Runs;

/// <summary>A row of workflow_runs as clients may see it.</summary>
public sealed record Run
{
    /// <summary>The columns that <see cref="Run"/> reads.</summary>
    public const string Columns =
        "id, org, workflow, version, environment, status, priority, mode, mode_reason, parameters_json, labels_json, output_json, error_json, owner, " +
        "trigger_name, attempts, waiting_reason, cancel_reason, pause_requested, parent_run_id, replay_of, request_hash, run_at, next_attempt_at, created_at, started_at, finished_at";

    public required Guid Id { get; init; }
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required string Environment { get; init; }
    public required string Status { get; init; }
    public required int Priority { get; init; }
    public required string Mode { get; init; }
    public required string ModeReason { get; init; }
    public required string ParametersJson { get; init; }
    public string? LabelsJson { get; init; }
    public string? OutputJson { get; init; }
    public string? ErrorJson { get; init; }
    public required string Owner { get; init; }
    public required string TriggerName { get; init; }
    public required int Attempts { get; init; }
    public string? WaitingReason { get; init; }
    public string? CancelReason { get; init; }
    public bool PauseRequested { get; init; }
    public Guid? ParentRunId { get; init; }
    public Guid? ReplayOf { get; init; }
    public string? RequestHash { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The row's status as a value.</summary>
    public RunStatus State => RunStatuses.TryParseRun(Status, out var status) ? status : throw new InvalidDataException($"There is no run status '{Status}'.");

    /// <summary>The row as sent to clients.</summary>
    public RunView ToView() => new()
    {
        Id = Id,
        Org = Org,
        Workflow = Workflow,
        Version = Version,
        Environment = Environment,
        Status = State,
        Mode = Mode == "legacy" ? EngineMode.Legacy : EngineMode.Queue,
        ModeReason = ModeReason,
        Trigger = TriggerName,
        Owner = Owner,
        Priority = Priority,
        Attempts = Attempts,
        WaitingReason = WaitingReason,
        Parameters = JsonElement.Parse(ParametersJson),
        Output = OutputJson is null ? null : JsonElement.Parse(OutputJson),
        Error = ErrorJson is null ? null : JsonSerializer.Deserialize(ErrorJson, ContractsJsonContext.Default.RunError),
        Labels = LabelsJson is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(LabelsJson),
        ParentRunId = ParentRunId,
        ReplayOf = ReplayOf,
        CreatedAt = CreatedAt,
        RunAt = RunAt == DateTimeOffset.MaxValue || RunAt.Year >= 9999 ? null : RunAt,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        NextAttemptAt = NextAttemptAt,
    };
}

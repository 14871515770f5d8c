using Switchyard.Contracts.Workflows;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Journal;

/// <summary>A run about to be stored, with the jobs that can start first.</summary>
public sealed record NewRun
{
    public required Guid Id { get; init; }
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required string Environment { get; init; }

    /// <summary><c>queued</c>, or <c>waiting</c> when it is to start later.</summary>
    public required string Status { get; init; }
    public int Priority { get; init; }
    public required string Mode { get; init; }
    public required string ModeReason { get; init; }
    public required string Parameters { get; init; }
    public string? Labels { get; init; }

    /// <summary>What its trigger was told, for the run's expressions.</summary>
    public string? Event { get; init; }
    public required string Owner { get; init; }
    public required string Trigger { get; init; }
    public string? IdempotencyKey { get; init; }
    public string? RequestHash { get; init; }
    public string? Traceparent { get; init; }
    public Guid? ParentRunId { get; init; }
    public string? ParentStepId { get; init; }
    public int? ParentItem { get; init; }
    public Guid? ReplayOf { get; init; }
    public string? ConcurrencyKey { get; init; }
    public int? ConcurrencyLimit { get; init; }
    public ConflictPolicy OnConflict { get; init; }

    /// <summary>It may not be claimed before it is admitted.</summary>
    public bool NeedsPlace { get; init; }
    public int Depth { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public string? WaitingReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Commits with the run; null for what needs no entry of its own.</summary>
    public AuditEntry? Audit { get; init; }

    /// <summary>Job rows to begin with: the steps without dependencies, queued; for a replay also those whose results are taken over.</summary>
    public required IReadOnlyList<JobWrite> Jobs { get; init; }
}

namespace Switchyard.RunnerService.Journal;

/// <summary>Which runs a worker asks for, and under which lease.</summary>
public sealed record Claim
{
    /// <summary>These runs and no others; null = whatever is due in <see cref="From"/>.</summary>
    public IReadOnlyCollection<Guid>? Ids { get; init; }

    /// <summary><c>queued</c> (by priority, then age) or <c>waiting</c> (by due time), when no ids are given.</summary>
    public string From { get; init; } = "queued";

    /// <summary>Without ids: only what has been due since then, so that a run just announced is left to the queue.</summary>
    public DateTimeOffset DueBefore { get; init; }

    /// <summary>Without ids: a run of legacy mode belongs to the process that accepted it, unless it has been due since then.</summary>
    public DateTimeOffset LegacyBefore { get; init; }

    /// <summary>Without ids, of the queued ones: only this organization's.</summary>
    public string? Org { get; init; }

    public int Max { get; init; } = int.MaxValue;
    public required string Owner { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required DateTimeOffset LeaseUntil { get; init; }
}

/// <summary>A run under our lease, as it came from its row.</summary>
public sealed record ClaimedRun
{
    public required Guid Id { get; init; }
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required string Environment { get; init; }
    public required string Owner { get; init; }
    public required string Mode { get; init; }
    public required int Priority { get; init; }
    public required string ParametersJson { get; init; }
    public string? LabelsJson { get; init; }
    public string? EventJson { get; init; }
    public string? Traceparent { get; init; }
    public required int Attempts { get; init; }
    public required long Fence { get; init; }
    public required int EventSeq { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public Guid? ParentRunId { get; init; }
    public string? ParentStepId { get; init; }
    public int? ParentItem { get; init; }
    public Guid? ReplayOf { get; init; }
    public required int Depth { get; init; }
    public string? CancelReason { get; init; }
    public bool PauseRequested { get; init; }

    /// <summary>It holds a place under limits, which others get when it ends.</summary>
    public bool NeedsPlace { get; init; }

    /// <summary>Whether jobs may already hold results: any claim but the first, and any replay.</summary>
    public bool HasHistory => Fence > 1 || ReplayOf is not null;
}

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// What happened to one leased run and must become durable together. Changes of one run are written in the order they were appended;
/// changes of many runs share a transaction.
/// </summary>
public sealed class RunChange
{
    /// <summary>The run's id.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The fence of the claim under which the change was made; with an older one than the row's, nothing is written.</summary>
    public required long Fence { get; init; }

    /// <summary>The run's organization, repeated on its events.</summary>
    public required string Org { get; init; }

    /// <summary>The run's workflow, repeated on its events.</summary>
    public required string Workflow { get; init; }

    /// <summary>Whether a step of another run waits for this one.</summary>
    public bool HasParent { get; init; }

    /// <summary>Whether the run holds a place that its end makes free.</summary>
    public bool HasPlace { get; init; }

    /// <summary>Whether a step of this run may have started others.</summary>
    public bool HasChildren { get; init; }

    /// <summary>The number of the run's last event, this change's included.</summary>
    public required int EventSeq { get; set; }

    /// <summary>Job rows to write, the newest state of each.</summary>
    public List<JobWrite> Jobs { get; } = [];

    /// <summary>Events, numbered without a gap.</summary>
    public List<EventWrite> Events { get; } = [];

    /// <summary>Where the run itself goes, when it does: to an end, or out of memory to wait.</summary>
    public RunMove? Move { get; set; }

    /// <summary>
    /// Told once, from the journal's thread and in order per run, when the change is durable (true) or refused because the fence is old
    /// (false). Must not block.
    /// </summary>
    public required Action<RunChange, bool> Written { get; init; }

    /// <summary>True when someone waits for this very change (a dependant step, the end of the run).</summary>
    public bool Awaited { get; set; }

    /// <summary>Whatever the appender wants back in <see cref="Written"/>.</summary>
    public object? Tag { get; set; }
}

/// <summary>The newest state of one job row.</summary>
public sealed record JobWrite
{
    public required string StepId { get; init; }

    /// <summary>Index within forEach, -1 for the step itself.</summary>
    public required int Item { get; init; }
    public required string Action { get; init; }
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public required int MaxAttempts { get; init; }

    /// <summary>When it was or will be due (UTC).</summary>
    public required DateTimeOffset RunAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? Output { get; init; }
    public string? Error { get; init; }
    public string? State { get; init; }

    /// <summary>Earlier attempts as a JSON array, null when there was none.</summary>
    public string? History { get; init; }
}

/// <summary>One event of a run.</summary>
public readonly record struct EventWrite(
    int Seq, string Type, DateTimeOffset At, string? StepId = null, int? Item = null, int? Attempt = null, string? Payload = null);

/// <summary>A change of the run's own state that ends the lease.</summary>
public sealed record RunMove
{
    public required string Status { get; init; }

    /// <summary>When a waiting run is due again.</summary>
    public DateTimeOffset? RunAt { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public string? WaitingReason { get; init; }
    public string? Output { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

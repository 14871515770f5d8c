using System.Text.Json;

namespace Switchyard.Contracts.Runs;

/// <summary>Asks for a run of a workflow.</summary>
public sealed record StartRunRequest
{
    public JsonElement? Parameters { get; init; }
    public string? Environment { get; init; }
    public string? Version { get; init; }
    public int? Priority { get; init; }
    public DateTimeOffset? RunAt { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

/// <summary>Asks for a move of a run; the only one a client may ask for by this record is "canceled".</summary>
public sealed record CancelRunRequest
{
    public string? Status { get; init; }
    public string? Reason { get; init; }

    /// <summary>Earlier attempts: <c>[{attempt, startedAt, finishedAt, code, message}]</c>.</summary>
    public JsonElement? History { get; init; }
}

/// <summary>Why a run or a step failed.</summary>
public sealed record RunError(string Code, string Message, string? StepId = null);

/// <summary>A run as its clients see it.</summary>
public sealed record RunView
{
    public required Guid Id { get; init; }
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public string? Environment { get; init; }
    public required RunStatus Status { get; init; }
    public EngineMode? Mode { get; init; }
    public string? ModeReason { get; init; }
    public string? Trigger { get; init; }
    public string? Owner { get; init; }
    public int Priority { get; init; }
    public int Attempts { get; init; }
    public string? WaitingReason { get; init; }
    public JsonElement? Parameters { get; init; }
    public JsonElement? Output { get; init; }
    public RunError? Error { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public Guid? ParentRunId { get; init; }

    /// <summary>The run that this one does again, wholly or from one of its steps.</summary>
    public Guid? ReplayOf { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RunAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From the first start to the end; null until it has ended.</summary>
    public double? DurationMs => (FinishedAt - StartedAt)?.TotalMilliseconds;
    public DateTimeOffset? NextAttemptAt { get; init; }
}

/// <summary>One step execution of a run; <see cref="Item"/> is its place in a forEach.</summary>
public sealed record JobView
{
    public required string StepId { get; init; }
    public int? Item { get; init; }
    public required string Action { get; init; }
    public required JobStatus Status { get; init; }
    public int Attempts { get; init; }
    public int MaxAttempts { get; init; }
    public JsonElement? Output { get; init; }
    public RunError? Error { get; init; }
    public string? Reason { get; init; }

    /// <summary>Earlier attempts: <c>[{attempt, startedAt, finishedAt, code, message}]</c>.</summary>
    public JsonElement? History { get; init; }
    public DateTimeOffset? RunAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Of the last attempt; null until it has ended.</summary>
    public double? DurationMs => (FinishedAt - StartedAt)?.TotalMilliseconds;
}

/// <summary>One line of a run's history; <see cref="Seq"/> has no gap within a run.</summary>
public sealed record RunEventView
{
    public required long Seq { get; init; }
    public required string Type { get; init; }
    public string? StepId { get; init; }
    public int? Item { get; init; }
    public int? Attempt { get; init; }
    public JsonElement? Data { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A file that a run left behind.</summary>
public sealed record ArtifactView
{
    public required string Name { get; init; }
    public required long Size { get; init; }
    public required string ContentType { get; init; }
    public required string Sha256 { get; init; }
    public string? StepId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One page of a list; no <see cref="NextCursor"/> means the last one.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor = null);

namespace Switchyard.RunnerService.Metrics;

/// <summary>What <c>GET /metrics</c> answers. Runs and jobs are those whose run was created within the window.</summary>
public sealed record MetricsView
{
    /// <summary>The organization, or <c>*</c> for all.</summary>
    public required string Org { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Where the window begins: a full minute.</summary>
    public required DateTimeOffset Since { get; init; }
    public required double WindowSeconds { get; init; }
    public required JobMetrics Jobs { get; init; }
    public required RunMetrics Workflows { get; init; }
    public required QueueMetrics Queue { get; init; }
    public required RatioMetrics Ratios { get; init; }

    /// <summary>The same per workflow, busiest first; at most <see cref="MetricsStore.MaxWorkflows"/>.</summary>
    public required IReadOnlyList<WorkflowMetrics> PerWorkflow { get; init; }
}

/// <summary>Step executions.</summary>
public sealed record JobMetrics
{
    /// <summary>Failed of those that ended, from 0 to 1; null when none ended.</summary>
    public double? FailureRate { get; init; }
    public long Total { get; init; }
    public long Succeeded { get; init; }
    public long Failed { get; init; }
    public long Skipped { get; init; }
    public long Canceled { get; init; }

    /// <summary>Failed with all attempts used.</summary>
    public long RetriesExhausted { get; init; }

    /// <summary>Durations in seconds of the last attempts of the newest steps.</summary>
    public required Percentiles Latency { get; init; }
}

/// <summary>Runs.</summary>
public sealed record RunMetrics
{
    /// <summary>Failed or timed out of those that ended, from 0 to 1; null when none ended.</summary>
    public double? FailureRate { get; init; }
    public long Created { get; init; }
    public long Started { get; init; }
    public long Succeeded { get; init; }
    public long Failed { get; init; }
    public long TimedOut { get; init; }
    public long Canceled { get; init; }

    /// <summary>Runs that ended, per minute of the window.</summary>
    public double ThroughputPerMinute { get; init; }
}

/// <summary>What waits and runs at this moment, whenever it was created.</summary>
public sealed record QueueMetrics
{
    /// <summary>How long the oldest due run has been waiting to be taken up.</summary>
    public double LagSeconds { get; init; }
    public long Queued { get; init; }
    public long Running { get; init; }
    public long Waiting { get; init; }

    /// <summary>Due for 5 minutes and not taken up, or running without a living worker for a minute.</summary>
    public long Stuck { get; init; }
}

/// <summary>The four ratios of the operators' dashboard and what they are made of; a ratio is null when nothing was counted below the line.</summary>
public sealed record RatioMetrics
{
    public double? QueueUnavailable { get; init; }
    public double? Failed { get; init; }
    public double? Retried { get; init; }
    public double? Succeeded { get; init; }
    public long CreateRequests { get; init; }
    public long QueueUnavailableCount { get; init; }
    public long StartedCount { get; init; }
    public long FailedCount { get; init; }
    public long RetriedCount { get; init; }
    public long SucceededCount { get; init; }
}

/// <summary>One workflow's share.</summary>
public sealed record WorkflowMetrics
{
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required RunMetrics Runs { get; init; }
    public required JobMetrics Jobs { get; init; }
    public required QueueMetrics Queue { get; init; }
}

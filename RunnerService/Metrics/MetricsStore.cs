using Dapper;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Metrics;

/// <summary>
/// Reads the numbers behind the metrics, the same on every runner. Ids begin with their time, so a window is a range of the primary keys and
/// costs what lies within it, whatever lies before.
/// </summary>
public sealed class MetricsStore(Database database)
{
    /// <summary>Workflows told one by one.</summary>
    public const int MaxWorkflows = 200;

    /// <summary>How many of the newest steps the percentiles are taken from.</summary>
    public const int SampleSize = 10_000;

    private static readonly TimeSpan TooLongQueued = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TooLongUnled = TimeSpan.FromMinutes(1);

    public async Task<MetricsRows> ReadAsync(string org, DateTimeOffset since, DateTimeOffset now, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var window = new { org, first = MetricsWindow.FirstIdOf(since), since, now, max = SampleSize, queuedBefore = now - TooLongQueued, unledBefore = now - TooLongUnled };
        return new MetricsRows
        {
            Runs = await ListAsync<RunCount>(
                """
                SELECT org, workflow, status, CASE WHEN started_at IS NULL THEN 0 ELSE 1 END AS started, COUNT(*) AS runs
                FROM workflow_runs WHERE id >= @first AND (org = @org OR @org = '*')
                GROUP BY org, workflow, status, CASE WHEN started_at IS NULL THEN 0 ELSE 1 END
                """),
            // A failed attempt that waits for its next one has been counted as an attempt, its successor not yet.
            Jobs = await ListAsync<JobCount>(
                """
                SELECT run.org, run.workflow, job.status, COUNT(*) AS jobs,
                       SUM(CASE WHEN job.status = 'failed' AND job.attempts >= job.max_attempts THEN 1 ELSE 0 END) AS exhausted,
                       SUM(CASE WHEN job.attempts > 1 THEN job.attempts - 1 ELSE 0 END)
                           + SUM(CASE WHEN job.status = 'queued' AND job.attempts > 0 THEN 1 ELSE 0 END) AS retried
                FROM workflow_jobs job JOIN workflow_runs run ON run.id = job.run_id
                WHERE job.run_id >= @first AND run.id >= @first AND (run.org = @org OR @org = '*')
                GROUP BY run.org, run.workflow, job.status
                """),
            Durations = await ListAsync<StepDuration>(
                """
                SELECT run.org, run.workflow, job.started_at, job.finished_at
                FROM workflow_jobs job JOIN workflow_runs run ON run.id = job.run_id
                WHERE job.run_id >= @first AND (run.org = @org OR @org = '*')
                  AND job.status IN ('succeeded', 'failed') AND job.started_at IS NOT NULL AND job.finished_at IS NOT NULL
                ORDER BY job.run_id DESC LIMIT @max
                """),
            // Each branch reads a partial index on live runs, so that history costs nothing. What waits for a place under a limit does so by intention.
            Live = await ListAsync<LiveCount>(
                """
                SELECT org, workflow, status, COUNT(*) AS runs, MIN(CASE WHEN run_at <= @now AND waiting_reason IS NULL THEN run_at END) AS oldest,
                       SUM(CASE WHEN run_at <= @queuedBefore AND waiting_reason IS NULL THEN 1 ELSE 0 END) AS stuck
                FROM workflow_runs WHERE status = 'queued' AND (org = @org OR @org = '*') GROUP BY org, workflow, status
                UNION ALL
                SELECT org, workflow, status, COUNT(*) AS runs, NULL AS oldest, SUM(CASE WHEN lease_until <= @unledBefore THEN 1 ELSE 0 END) AS stuck
                FROM workflow_runs WHERE status = 'running' AND (org = @org OR @org = '*') GROUP BY org, workflow, status
                UNION ALL
                SELECT org, workflow, status, COUNT(*) AS runs, NULL AS oldest, 0 AS stuck
                FROM workflow_runs WHERE status = 'waiting' AND (org = @org OR @org = '*') GROUP BY org, workflow, status
                """),
            Counters = (await ListAsync<CounterSums>(
                """
                SELECT CAST(COALESCE(SUM(create_requests), 0) AS bigint) AS requests, CAST(COALESCE(SUM(queue_unavailable), 0) AS bigint) AS refused
                FROM run_counters WHERE minute >= @since AND (org = @org OR @org = '*')
                """)).Single(),
        };

        async Task<IReadOnlyList<T>> ListAsync<T>(string sql) =>
            (await connection.QueryAsync<T>(new CommandDefinition(sql, window, commandTimeout: 60, cancellationToken: stop))).AsList();
    }
}

/// <summary>What the database knows about a window.</summary>
public sealed record MetricsRows
{
    public required IReadOnlyList<RunCount> Runs { get; init; }
    public required IReadOnlyList<JobCount> Jobs { get; init; }
    public required IReadOnlyList<StepDuration> Durations { get; init; }
    public required IReadOnlyList<LiveCount> Live { get; init; }
    public required CounterSums Counters { get; init; }
}

/// <summary>Runs of one workflow in one state.</summary>
public sealed record RunCount
{
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Status { get; init; }
    public required int Started { get; init; }
    public required long Runs { get; init; }
}

/// <summary>Jobs of one workflow in one state.</summary>
public sealed record JobCount
{
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Status { get; init; }
    public required long Jobs { get; init; }
    public required long Exhausted { get; init; }
    public required long Retried { get; init; }
}

/// <summary>When the last attempt of a step began and ended.</summary>
public sealed record StepDuration
{
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }

    public double Seconds => Math.Max(0, (FinishedAt - StartedAt).TotalSeconds);
}

/// <summary>Runs of one workflow that have not ended.</summary>
public sealed record LiveCount
{
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Status { get; init; }
    public required long Runs { get; init; }
    public DateTimeOffset? Oldest { get; init; }
    public required long Stuck { get; init; }
}

/// <summary>What was counted without a run row.</summary>
public sealed record CounterSums
{
    public required long Requests { get; init; }
    public required long Refused { get; init; }
}

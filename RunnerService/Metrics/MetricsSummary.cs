namespace Switchyard.RunnerService.Metrics;

/// <summary>Turns counted rows into rates. Pure.</summary>
public static class MetricsSummary
{
    public static MetricsView Of(string org, DateTimeOffset since, DateTimeOffset now, MetricsRows rows)
    {
        var minutes = (now - since).TotalMinutes;
        var runs = RunsOf(rows.Runs, minutes);
        var retried = rows.Jobs.Sum(row => row.Retried);
        return new MetricsView
        {
            Org = org,
            At = now,
            Since = since,
            WindowSeconds = Math.Round((now - since).TotalSeconds, 3),
            Jobs = JobsOf(rows.Jobs, rows.Durations),
            Workflows = runs,
            Queue = QueueOf(rows.Live, now),
            Ratios = new RatioMetrics
            {
                QueueUnavailable = Ratio(rows.Counters.Refused, rows.Counters.Requests),
                Failed = Ratio(runs.Failed, runs.Started),
                Retried = Ratio(retried, runs.Started),
                Succeeded = Ratio(runs.Succeeded, rows.Counters.Requests),
                CreateRequests = rows.Counters.Requests,
                QueueUnavailableCount = rows.Counters.Refused,
                StartedCount = runs.Started,
                FailedCount = runs.Failed,
                RetriedCount = retried,
                SucceededCount = runs.Succeeded,
            },
            PerWorkflow = PerWorkflow(rows, minutes, now),
        };
    }

    private static WorkflowMetrics[] PerWorkflow(MetricsRows rows, double minutes, DateTimeOffset now)
    {
        var runs = rows.Runs.ToLookup(row => (row.Org, row.Workflow));
        var jobs = rows.Jobs.ToLookup(row => (row.Org, row.Workflow));
        var durations = rows.Durations.ToLookup(row => (row.Org, row.Workflow));
        var live = rows.Live.ToLookup(row => (row.Org, row.Workflow));
        return [.. runs.Select(group => group.Key).Union(live.Select(group => group.Key))
            .Select(key => new WorkflowMetrics
            {
                Org = key.Org, Workflow = key.Workflow, Runs = RunsOf(runs[key], minutes), Jobs = JobsOf(jobs[key], durations[key]), Queue = QueueOf(live[key], now),
            })
            .OrderByDescending(one => one.Runs.Created).ThenBy(one => one.Workflow, StringComparer.Ordinal).ThenBy(one => one.Org, StringComparer.Ordinal)
            .Take(MetricsStore.MaxWorkflows)];
    }

    private static RunMetrics RunsOf(IEnumerable<RunCount> rows, double minutes)
    {
        var counts = rows.ToList();
        long In(string status) => counts.Where(row => row.Status == status).Sum(row => row.Runs);
        var (succeeded, failed, timedOut, canceled) = (In("succeeded"), In("failed"), In("timed_out"), In("canceled"));
        var ended = succeeded + failed + timedOut + canceled;
        return new RunMetrics
        {
            FailureRate = Ratio(failed + timedOut, ended),
            Created = counts.Sum(row => row.Runs),
            Started = counts.Where(row => row.Started == 1).Sum(row => row.Runs),
            Succeeded = succeeded, Failed = failed, TimedOut = timedOut, Canceled = canceled,
            ThroughputPerMinute = minutes > 0 ? Math.Round(ended / minutes, 4) : 0,
        };
    }

    private static JobMetrics JobsOf(IEnumerable<JobCount> rows, IEnumerable<StepDuration> durations)
    {
        var counts = rows.ToList();
        long In(string status) => counts.Where(row => row.Status == status).Sum(row => row.Jobs);
        var (succeeded, failed, skipped, canceled) = (In("succeeded"), In("failed"), In("skipped"), In("canceled"));
        return new JobMetrics
        {
            FailureRate = Ratio(failed, succeeded + failed + skipped + canceled),
            Total = counts.Sum(row => row.Jobs),
            Succeeded = succeeded, Failed = failed, Skipped = skipped, Canceled = canceled,
            RetriesExhausted = counts.Sum(row => row.Exhausted),
            Latency = Percentiles.Of([.. durations.Select(one => one.Seconds)]),
        };
    }

    private static QueueMetrics QueueOf(IEnumerable<LiveCount> rows, DateTimeOffset now)
    {
        var counts = rows.ToList();
        long In(string status) => counts.Where(row => row.Status == status).Sum(row => row.Runs);
        return new QueueMetrics
        {
            LagSeconds = counts.Min(row => row.Oldest) is { } oldest ? Math.Round(Math.Max(0, (now - oldest).TotalSeconds), 3) : 0,
            Queued = In("queued"), Running = In("running"), Waiting = In("waiting"),
            Stuck = counts.Sum(row => row.Stuck),
        };
    }

    private static double? Ratio(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 6);
}

using System.Globalization;
using System.Text;

namespace Switchyard.RunnerService.Metrics;

/// <summary>
/// Metrics in Prometheus' text format 0.0.4. The names are an API. All are gauges, because each tells about the window and may fall; workflows of
/// the same name in several organizations are one series, for ids are no labels.
/// </summary>
public static class PrometheusText
{
    public static string Write(MetricsView view)
    {
        var text = new Page();
        text.Gauge("switchyard_window_seconds", "Length of the window that windowed metrics tell about.", view.WindowSeconds);
        text.Gauge("switchyard_jobs_failure_ratio", "Steps that failed, of those that ended in the window.", view.Jobs.FailureRate);
        text.Gauge("switchyard_workflows_failure_ratio", "Runs that failed or timed out, of those that ended in the window.", view.Workflows.FailureRate);
        text.Gauge("switchyard_jobs", "Steps of the window's runs that ended, by status.", "status",
            ("succeeded", view.Jobs.Succeeded), ("failed", view.Jobs.Failed), ("skipped", view.Jobs.Skipped), ("canceled", view.Jobs.Canceled));
        text.Gauge("switchyard_jobs_retries_exhausted", "Steps of the window that failed with all attempts used.", view.Jobs.RetriesExhausted);
        text.Gauge("switchyard_runs", "Runs of the window that ended, by status.", "status",
            ("succeeded", view.Workflows.Succeeded), ("failed", view.Workflows.Failed), ("timed_out", view.Workflows.TimedOut), ("canceled", view.Workflows.Canceled));
        text.Gauge("switchyard_runs_created", "Runs created in the window.", view.Workflows.Created);
        text.Gauge("switchyard_runs_started", "Runs of the window that were started.", view.Workflows.Started);
        text.Gauge("switchyard_run_create_requests", "Requests to create a run in the window.", view.Ratios.CreateRequests);
        text.Gauge("switchyard_queue_unavailable", "Creations of the window that the queue refused.", view.Ratios.QueueUnavailableCount);
        text.Gauge("switchyard_runs_retried", "Step attempts of the window's runs that failed and were tried again.", view.Ratios.RetriedCount);
        text.Gauge("switchyard_runs_ended_per_second", "Runs of the window that ended, per second of it.", view.Workflows.ThroughputPerMinute / 60);
        text.Gauge("switchyard_step_latency_seconds", "Duration of the last attempt of the newest steps of the window.", "percentile", Latency(view.Jobs.Latency));
        text.Gauge("switchyard_queue_lag_seconds", "How long the oldest due run has been waiting to be taken up.", view.Queue.LagSeconds);
        text.Gauge("switchyard_runs_live", "Runs that have not ended, by state.", "state",
            ("queued", view.Queue.Queued), ("running", view.Queue.Running), ("waiting", view.Queue.Waiting));
        text.Gauge("switchyard_runs_stuck", "Runs due for 5 minutes and not taken up, or running without a living worker for a minute.", view.Queue.Stuck);
        text.Gauge("switchyard_ratio", "The dashboard's ratios: queue_unavailable and succeeded of create requests, failed and retried of started runs.", "kind",
            ("queue_unavailable", view.Ratios.QueueUnavailable), ("failed", view.Ratios.Failed), ("retried", view.Ratios.Retried), ("succeeded", view.Ratios.Succeeded));

        var workflows = view.PerWorkflow.GroupBy(one => one.Workflow, StringComparer.Ordinal).ToList();
        text.Gauge("switchyard_workflow_runs_succeeded", "Runs of the workflow in the window that succeeded.", "workflow", Each(group => group.Sum(one => one.Runs.Succeeded)));
        text.Gauge("switchyard_workflow_runs_failed", "Runs of the workflow in the window that failed or timed out.", "workflow", Each(group => group.Sum(one => one.Runs.Failed + one.Runs.TimedOut)));
        text.Gauge("switchyard_workflow_runs_stuck", "Stuck runs of the workflow.", "workflow", Each(group => group.Sum(one => one.Queue.Stuck)));
        text.Gauge("switchyard_workflow_queue_lag_seconds", "How long the workflow's oldest due run has been waiting to be taken up.", "workflow", Each(group => group.Max(one => one.Queue.LagSeconds)));
        text.Gauge("switchyard_workflow_step_latency_p95_seconds", "95th percentile of the durations of the workflow's newest steps.", "workflow", Each(group => group.Max(one => one.Jobs.Latency.P95)));
        return text.ToString();

        (string, double?)[] Each(Func<IGrouping<string, WorkflowMetrics>, double?> value) => [.. workflows.Select(group => (group.Key, value(group)))];
    }

    private static (string, double?)[] Latency(Percentiles of) => [("p50", of.P50), ("p90", of.P90), ("p95", of.P95), ("p99", of.P99)];

    private sealed class Page
    {
        private readonly StringBuilder text = new();

        public void Gauge(string name, string help, double? value) => Write(name, help, [(null, value)]);

        public void Gauge(string name, string help, string label, params (string Value, double? Number)[] samples) =>
            Write(name, help, [.. samples.Select(sample => ((string?)$$"""{{{label}}="{{Escape(sample.Value)}}"}""", sample.Number))]);

        public override string ToString() => text.ToString();

        // What is not known has no sample: a ratio of nothing is neither 0 nor 1.
        private void Write(string name, string help, (string? Labels, double? Number)[] samples)
        {
            if (Array.TrueForAll(samples, sample => sample.Number is null)) { return; }
            text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(" gauge\n");
            foreach (var (labels, number) in samples)
            {
                if (number is { } known) { text.Append(name).Append(labels).Append(' ').Append(known.ToString("R", CultureInfo.InvariantCulture)).Append('\n'); }
            }
        }

        private static string Escape(string value) =>
            value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}

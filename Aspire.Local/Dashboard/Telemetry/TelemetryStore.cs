using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.StructuredLogs;
using Aspire.Dashboard.Traces;

namespace Aspire.Dashboard.Telemetry;

/// <summary>Everything that processes have sent, within the limits of the options.</summary>
public sealed class TelemetryStore(DashboardOptions options)
{
    public SourceRegistry Sources { get; } = new();

    public TraceStore Traces { get; } = new(options.MaxTraces, options.MaxSpans);

    public LogStore Logs { get; } = new(options.MaxLogs);

    public MetricStore Metrics { get; } = new(options.MaxMetricPoints);

    public ReceivedCounters Received { get; } = new();
}

/// <summary>What has come in since the start, kept or not.</summary>
public sealed class ReceivedCounters
{
    private long spans;
    private long logs;
    private long points;
    private long rejected;
    private long refused;

    public long Spans => Interlocked.Read(ref spans);

    public long Logs => Interlocked.Read(ref logs);

    public long Points => Interlocked.Read(ref points);

    /// <summary>Single records that could not be kept.</summary>
    public long Rejected => Interlocked.Read(ref rejected);

    /// <summary>Whole requests answered with 4xx.</summary>
    public long Refused => Interlocked.Read(ref refused);

    internal void Add(int spans = 0, int logs = 0, int points = 0, int rejected = 0, int refused = 0)
    {
        Interlocked.Add(ref this.spans, spans);
        Interlocked.Add(ref this.logs, logs);
        Interlocked.Add(ref this.points, points);
        Interlocked.Add(ref this.rejected, rejected);
        Interlocked.Add(ref this.refused, refused);
    }
}

using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.StructuredLogs;

/// <summary>Severity in the words of .NET; OTLP has four steps of each.</summary>
public enum LogSeverity
{
    Unspecified,
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    Critical,
}

/// <summary>A log record as it was received; <see cref="Number"/> counts arrivals.</summary>
public sealed record LogEntry
{
    public long Number { get; init; }
    public required DateTimeOffset At { get; init; }
    public required TelemetrySource Source { get; init; }

    /// <summary>The logger's name.</summary>
    public string Category { get; init; } = "";

    public LogSeverity Severity { get; init; }
    public string Message { get; init; } = "";
    public string? EventName { get; init; }
    public UInt128 TraceId { get; init; }
    public ulong SpanId { get; init; }
    public TelemetryAttribute[] Attributes { get; init; } = [];

    public string? Attribute(string key) => Array.Find(Attributes, a => a.Key == key).Value;
}

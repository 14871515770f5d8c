using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Traces;

/// <summary>What a span is to the call: the numbers are those of OTLP.</summary>
public enum SpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// <summary>One operation as it was received; times are nanoseconds since 1970.</summary>
public sealed record Span
{
    public required UInt128 TraceId { get; init; }
    public required ulong SpanId { get; init; }
    public ulong ParentId { get; init; }
    public required string Name { get; init; }
    public SpanKind Kind { get; init; }
    public required long Start { get; init; }
    public required long End { get; init; }
    public required TelemetrySource Source { get; init; }
    public string Scope { get; init; } = "";
    public bool IsError { get; init; }
    public string? StatusMessage { get; init; }
    public TelemetryAttribute[] Attributes { get; init; } = [];
    public SpanEvent[] Events { get; init; } = [];
    public SpanLink[] Links { get; init; } = [];

    public TimeSpan Duration => TimeSpan.FromTicks((End - Start) / 100);

    public DateTimeOffset StartedAt => DateTimeOffset.UnixEpoch.AddTicks(Start / 100);

    public string? Attribute(string key) => Array.Find(Attributes, a => a.Key == key).Value;
}

public sealed record SpanEvent(string Name, long At, TelemetryAttribute[] Attributes);

public sealed record SpanLink(UInt128 TraceId, ulong SpanId, TelemetryAttribute[] Attributes);

using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Metrics;

/// <summary>What the numbers of an instrument mean.</summary>
public enum InstrumentKind
{
    /// <summary>Only grows: shown as a rate.</summary>
    Counter,

    /// <summary>A sum that goes up and down: shown as it is.</summary>
    UpDownCounter,
    Gauge,

    /// <summary>Shown as percentiles.</summary>
    Histogram,
}

/// <summary>An instrument of a meter of a process.</summary>
public sealed record Instrument(string Source, string Meter, string Name, string Unit, string Description, InstrumentKind Kind);

/// <summary>One data point as received.</summary>
internal readonly record struct MetricSample(Instrument Instrument, TelemetrySource Source, TelemetryAttribute[] Attributes, long Start, long At, bool IsDelta, MetricValue Value, double[] Bounds);

/// <summary>A number, or for a histogram its sum with count and buckets.</summary>
public readonly record struct MetricValue(double Number, ulong Count = 0, ulong[]? Buckets = null)
{
    /// <summary>Adds a delta to a running total.</summary>
    public MetricValue Plus(MetricValue delta) => new(Number + delta.Number, Count + delta.Count, Combine(Buckets, delta.Buckets, static (a, b) => a + b));

    /// <summary>What came since <paramref name="before"/>; all of it when the process began anew in between.</summary>
    public MetricValue Since(MetricValue before) =>
        Buckets is null
            ? (Number < before.Number ? this : new(Number - before.Number))
            : Count < before.Count ? this : new(Number - before.Number, Count - before.Count, Combine(Buckets, before.Buckets, static (a, b) => a >= b ? a - b : a));

    public bool Same(MetricValue other) =>
        Number.Equals(other.Number) && Count == other.Count && (Buckets is null ? other.Buckets is null : other.Buckets is not null && Buckets.AsSpan().SequenceEqual(other.Buckets));

    private static ulong[]? Combine(ulong[]? left, ulong[]? right, Func<ulong, ulong, ulong> with)
    {
        if (left is null || right is null || left.Length != right.Length) return left ?? right;
        var combined = new ulong[left.Length];
        for (var i = 0; i < combined.Length; i++) combined[i] = with(left[i], right[i]);
        return combined;
    }
}

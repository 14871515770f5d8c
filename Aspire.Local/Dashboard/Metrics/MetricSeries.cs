using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Metrics;

/// <summary>A value that held from <paramref name="At"/> to <paramref name="Until"/>, in nanoseconds since 1970; totals are cumulative.</summary>
public readonly record struct MetricPoint(long At, long Until, MetricValue Value);

/// <summary>The points of one instrument with one set of dimensions from one process, oldest first.</summary>
public sealed class MetricSeries(TelemetrySource source, TelemetryAttribute[] dimensions, double[] bounds)
{
    // A total that began recently began at zero; one that began long before this dashboard tells nothing about when it grew.
    private const long Recent = 120L * 1_000_000_000;
    private static readonly long Oldest = 12L * 3600 * 1_000_000_000;
    private readonly List<MetricPoint> points = [];

    public TelemetrySource Source { get; } = source;

    public TelemetryAttribute[] Dimensions { get; } = dimensions;

    public double[] Bounds { get; private set; } = bounds;

    public IReadOnlyList<MetricPoint> Points => points;

    public int Count => points.Count;

    internal MetricSeries Copy()
    {
        var copy = new MetricSeries(Source, Dimensions, Bounds);
        copy.points.AddRange(points);
        return copy;
    }

    /// <summary>Adds a sample and answers by how much the number of points changed: an unchanged value only prolongs the last point.</summary>
    internal int Add(in MetricSample sample)
    {
        var before = points.Count;
        if (!sample.Bounds.AsSpan().SequenceEqual(Bounds))
        {
            points.Clear();
            Bounds = sample.Bounds;
        }

        var value = sample.Value;
        if (points.Count == 0 && BeganAtZero(sample))
        {
            points.Add(new(sample.Start, sample.Start, new(0, 0, value.Buckets is null ? null : new ulong[value.Buckets.Length])));
        }

        if (points.Count > 0)
        {
            var last = points[^1];
            if (sample.At < last.Until) return points.Count - before; // late or repeated: the line only moves forward
            if (sample.IsDelta) value = last.Value.Plus(value);
            if (value.Same(last.Value))
            {
                points[^1] = last with { Until = sample.At };
                return points.Count - before;
            }
        }

        points.Add(new(sample.At, sample.At, value));
        if (sample.At - points[0].Until > Oldest) points.RemoveAt(0);
        return points.Count - before;
    }

    private static bool BeganAtZero(in MetricSample sample) =>
        sample.Instrument.Kind is InstrumentKind.Counter or InstrumentKind.Histogram && sample.Start > 0 && sample.Start < sample.At && sample.At - sample.Start < Recent;

    /// <summary>Forgets every second point of the older half and answers how many.</summary>
    internal int Thin()
    {
        var half = Math.Max(2, points.Count / 2);
        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            if (i < half && i % 2 == 0) continue;
            points[kept++] = points[i];
        }

        var removed = points.Count - kept;
        points.RemoveRange(kept, removed);
        return removed;
    }
}

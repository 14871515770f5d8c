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

    /// <summary>
    /// Forgets an eighth of the points and answers how many: those whose neighbours are closest for their age. What remains is spaced
    /// in proportion to its age, so the same few points serve the last minute and the last twelve hours.
    /// </summary>
    internal int Thin()
    {
        if (points.Count < 3)
        {
            points.RemoveAt(0);
            return 1;
        }

        var newest = points[^1].At;
        var crowded = Enumerable.Range(1, points.Count - 2)
            .Select(i => (Index: i, Room: (points[i + 1].At - points[i - 1].At) / (double)(newest - points[i].At + 1)))
            .OrderBy(point => point.Room)
            .Take(Math.Max(1, points.Count / 8));

        // Of two neighbours only one goes at a time: its going gives the other room.
        var gone = new HashSet<int>();
        foreach (var (index, _) in crowded)
        {
            if (!gone.Contains(index - 1) && !gone.Contains(index + 1)) gone.Add(index);
        }

        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            if (!gone.Contains(i)) points[kept++] = points[i];
        }

        points.RemoveRange(kept, gone.Count);
        return gone.Count;
    }
}

namespace Aspire.Dashboard.Metrics;

/// <summary>A line: one value per step of the chart, null where nothing was reported.</summary>
public sealed record ChartLine(string Label, double?[] Values)
{
    public double? Last => Array.FindLast(Values, v => v is not null);
}

/// <summary>Lines over a window of time; <paramref name="Unit"/> belongs to the values and <paramref name="Hidden"/> counts lines that did not fit.</summary>
public sealed record MetricChart(DateTimeOffset From, TimeSpan Step, IReadOnlyList<ChartLine> Lines, string Unit, int Hidden)
{
    /// <summary>More lines than tints cannot be told apart.</summary>
    private const int MostLines = 8;
    private const int Steps = 60;

    public double Highest => Lines.SelectMany(l => l.Values).Max() is { } top && top > 0 ? Rounded(top) : 1;

    public double Lowest => Lines.SelectMany(l => l.Values).Min() is { } least && least < 0 ? -Rounded(-least) : 0;

    /// <summary>Reduces series to lines: a counter to its rate, a histogram to its percentiles, anything else to its value.</summary>
    public static MetricChart Of(Instrument instrument, IReadOnlyList<MetricSeries> series, TimeSpan window, bool split, DateTimeOffset now)
    {
        var step = window / Steps;
        var end = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        var width = step.Ticks * 100;
        var start = end - (width * Steps);
        var unit = Plain(instrument.Unit);
        var from = now - window;

        if (instrument.Kind == InstrumentKind.Histogram)
        {
            var changes = Changes(series, start, width);
            return new(from, step, [Percentile("P50", 0.5), Percentile("P90", 0.9), Percentile("P99", 0.99)], unit, 0);

            ChartLine Percentile(string label, double share) => new(label, [.. changes.Select(c => MetricChart.Percentile(c, series.Count == 0 ? [] : series[0].Bounds, share))]);
        }

        Func<MetricSeries, double?[]> values = instrument.Kind == InstrumentKind.Counter
            ? one => [.. Changes([one], start, width).Select(c => c is null ? (double?)null : c.Value.Number / step.TotalSeconds)]
            : one => Levels(one, start, width);
        unit = instrument.Kind == InstrumentKind.Counter ? (unit.Length == 0 ? "per second" : unit + " per second") : unit;
        if (!split) return new(from, step, [new("Total", Sum([.. series.Select(values)]))], unit, 0);

        var lines = series.Select(s => new ChartLine(Label(s, series), values(s))).OrderByDescending(l => l.Last ?? 0).ToList();
        return new(from, step, [.. lines.Take(MostLines)], unit, Math.Max(0, lines.Count - MostLines));
    }

    /// <summary>The value below which the share of the recorded values lies, straight within a bucket; null when nothing was recorded.</summary>
    public static double? Percentile(MetricValue? change, double[] bounds, double share)
    {
        if (change is not { Buckets: { } buckets, Count: > 0 } || bounds.Length == 0 || buckets.Length != bounds.Length + 1) return null;
        var wanted = share * buckets.Sum(b => (double)b);
        double passed = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            if (buckets[i] == 0 || passed + buckets[i] < wanted)
            {
                passed += buckets[i];
                continue;
            }

            // Above the last bound nothing is known but the bound itself.
            if (i == bounds.Length) return bounds[^1];
            var below = i == 0 ? Math.Min(0, bounds[0]) : bounds[i - 1];
            return below + ((bounds[i] - below) * (wanted - passed) / buckets[i]);
        }

        return bounds[^1];
    }

    // What was added within each step, over all series; null before the first report and after the last.
    private static MetricValue?[] Changes(IReadOnlyList<MetricSeries> series, long start, long width)
    {
        var changes = new MetricValue?[Steps];
        foreach (var one in series)
        {
            var before = At(one, start);
            for (var i = 0; i < Steps; i++)
            {
                var until = start + ((i + 1) * width);
                var now = At(one, until);
                if (now is { } value && one.Points[^1].Until >= until - width)
                {
                    // The first total says nothing about when it grew, unless the series is known to begin at zero.
                    var added = value.Since(before ?? one.Points[0].Value);
                    changes[i] = changes[i] is { } sum ? sum.Plus(added) : added;
                }

                before = now;
            }
        }

        return changes;
    }

    private static double?[] Levels(MetricSeries series, long start, long width)
    {
        var levels = new double?[Steps];
        for (var i = 0; i < Steps; i++)
        {
            var until = start + ((i + 1) * width);
            if (At(series, until) is { } value && series.Points[^1].Until >= until - Math.Max(width, 15_000_000_000)) levels[i] = value.Number;
        }

        return levels;
    }

    private static MetricValue? At(MetricSeries series, long time)
    {
        var points = series.Points;
        int low = 0, high = points.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle].At <= time) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? null : points[low - 1].Value;
    }

    private static double?[] Sum(List<double?[]> all)
    {
        var sum = new double?[Steps];
        foreach (var one in all)
        {
            for (var i = 0; i < Steps; i++) sum[i] = one[i] is { } value ? (sum[i] ?? 0) + value : sum[i];
        }

        return sum;
    }

    private static string Label(MetricSeries series, IReadOnlyList<MetricSeries> all)
    {
        var label = string.Join(", ", series.Dimensions.Select(d => $"{d.Key}={d.Value}"));
        if (all.Select(s => s.Source.Instance).Distinct().Count() > 1) label = label.Length == 0 ? series.Source.Instance ?? "" : $"{label} ({series.Source.Instance})";
        return label.Length == 0 ? "Value" : label;
    }

    // UCUM writes a count of things as {thing}.
    private static string Plain(string unit) => unit.Trim('{', '}') is "1" ? "" : unit.Trim('{', '}');

    private static double Rounded(double top)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(top)));
        return (top / power) switch { <= 1 => 1, <= 2 => 2, <= 4 => 4, <= 5 => 5, <= 8 => 8, _ => 10 } * power;
    }
}

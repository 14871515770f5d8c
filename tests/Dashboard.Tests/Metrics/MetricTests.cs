using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.Telemetry;

namespace Switchyard.Dashboard.Tests.Metrics;

public sealed class MetricTests
{
    private const long Second = 1_000_000_000;
    private static readonly TelemetrySource Source = new("orders", "1", 0);

    [Fact]
    public void P5_the_budget_of_points_holds_and_hours_grow_coarse_while_the_last_minutes_stay_exact()
    {
        var store = new MetricStore(maxPoints: 200);

        for (var i = 1; i <= 5000; i++) store.Add([Sample(InstrumentKind.Counter, i * Second, i)]);

        var points = Assert.Single(store.Series("orders", "m", "i")).Points;
        Assert.True(store.Points <= 200 && points.Count <= 200);
        Assert.Equal(5000, points[^1].Value.Number);
        Assert.Equal(Enumerable.Range(4991, 10).Select(i => (double)i), points.TakeLast(10).Select(p => p.Value.Number));
        Assert.Equal(1 * Second, points[0].At);
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At <= Math.Max(Second, (5000 * Second - pair.First.At) / 8), "gaps grow with age only"));
        Assert.Equal(5000 - points.Count, store.Dropped.Thinned);
    }

    [Fact]
    public void P5_a_value_that_does_not_change_costs_one_point()
    {
        var store = new MetricStore(1000);

        for (var i = 1; i <= 500; i++) store.Add([Sample(InstrumentKind.Gauge, i * Second, 7)]);

        Assert.Equal(1, store.Points);
        Assert.Equal(500 * Second, store.Series("orders", "m", "i")[0].Points[0].Until);
    }

    [Fact]
    public void P5_more_series_than_the_budget_allows_are_refused_and_counted()
    {
        var store = new MetricStore(maxPoints: 40);

        store.Add([.. Enumerable.Range(0, 100).Select(i => Sample(InstrumentKind.Counter, Second, i, ("id", i.ToString())))]);

        Assert.Equal((10, 90L), (store.Series("orders", "m", "i").Count, store.Dropped.Refused));
    }

    [Fact]
    public void P5_a_counter_is_shown_as_its_rate_also_over_a_restart()
    {
        var store = new MetricStore(1000);
        foreach (var (at, value) in new[] { (0, 100.0), (10, 130.0), (20, 160.0), (30, 5.0), (40, 35.0) }) store.Add([Sample(InstrumentKind.Counter, (1000 + at) * Second, value)]);

        var chart = Chart(store, InstrumentKind.Counter, at: 1040, minutes: 10);

        Assert.Equal("per second", chart.Unit);
        var values = chart.Lines[0].Values.TakeLast(4);
        Assert.Equal([3.0, 3.0, 0.5, 3.0], values.Select(v => Math.Round(v!.Value, 6)));
    }

    [Fact]
    public void P5_percentiles_come_from_what_was_recorded_in_each_step()
    {
        var store = new MetricStore(1000);
        double[] bounds = [10, 20, 40];
        store.Add([Histogram(1000, [0, 0, 0, 0], bounds)]);
        store.Add([Histogram(1010, [50, 40, 10, 0], bounds)]);
        store.Add([Histogram(1020, [50, 40, 10, 5], bounds)]);

        var lines = Chart(store, InstrumentKind.Histogram, at: 1020, minutes: 10).Lines;

        Assert.Equal([("P50", 10.0, 40.0), ("P90", 20.0, 40.0), ("P99", 38.0, 40.0)], lines.Select(l => (l.Label, Math.Round(l.Values[^2]!.Value, 6), l.Values[^1]!.Value)));
    }

    [Fact]
    public void P5_deltas_are_added_up()
    {
        var store = new MetricStore(1000);

        for (var i = 1; i <= 3; i++) store.Add([Sample(InstrumentKind.Counter, i * Second, 5) with { IsDelta = true }]);

        Assert.Equal([5, 10, 15], store.Series("orders", "m", "i")[0].Points.Select(p => p.Value.Number));
    }

    [Fact]
    public void P5_values_of_one_dimension_widen_and_dimensions_narrow()
    {
        var query = MetricQuery.Parse("orders", "m", "i", "1h", null, null, ["country=de", "country=fr", "kind=web"]);

        Assert.True(query.Matches(Series(("country", "fr"), ("kind", "web"))));
        Assert.False(query.Matches(Series(("country", "it"), ("kind", "web"))));
        Assert.False(query.Matches(Series(("country", "fr"), ("kind", "phone"))));
        Assert.Equal(query.Url, MetricQuery.Parse("orders", "m", "i", "1h", null, null, ["country=de", "country=fr", "kind=web"]).Url, (a, b) => a.ToString() == b.ToString());

        static MetricSeries Series(params (string Key, string Value)[] dimensions) => new(Source, [.. dimensions.Select(d => new TelemetryAttribute(d.Key, d.Value))], []);
    }

    private static MetricChart Chart(MetricStore store, InstrumentKind kind, long at, int minutes) =>
        MetricChart.Of(new("orders", "m", "i", "", "", kind), store.Series("orders", "m", "i"), TimeSpan.FromMinutes(minutes), split: false, DateTimeOffset.UnixEpoch.AddSeconds(at));

    private static MetricSample Sample(InstrumentKind kind, long at, double value, params (string Key, string Value)[] dimensions) =>
        new(new("orders", "m", "i", "", "", kind), Source, [.. dimensions.Select(d => new TelemetryAttribute(d.Key, d.Value))], 0, at, false, new(value), []);

    private static MetricSample Histogram(long second, ulong[] buckets, double[] bounds) =>
        new(new("orders", "m", "i", "", "", InstrumentKind.Histogram), Source, [], 0, second * Second, false, new(1, buckets.Aggregate(0UL, (a, b) => a + b), buckets), bounds);
}

using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Traces;

namespace Switchyard.Dashboard.Tests.Traces;

public sealed class WaterfallTests
{
    private static readonly TelemetrySource Source = new("orders", null, 0);

    [Fact]
    public void P5_spans_stand_below_their_parents_in_the_order_of_their_starts()
    {
        var waterfall = Waterfall.Of([Span(3, 1, 50, 90), Span(1, 0, 0, 100), Span(2, 1, 10, 40), Span(4, 2, 20, 30)]);

        Assert.Equal([(1UL, 0, 3), (2UL, 1, 1), (4UL, 2, 0), (3UL, 1, 0)], waterfall.Rows.Select(r => (r.Span.SpanId, r.Depth, r.Below)));
    }

    [Fact]
    public void P5_the_critical_path_is_what_the_end_waited_for()
    {
        // 2 and 3 run side by side and 3 ends later; 4 follows 3.
        var waterfall = Waterfall.Of([Span(1, 0, 0, 100), Span(2, 1, 10, 50), Span(3, 1, 12, 60), Span(4, 1, 65, 95)]);

        Assert.Equal([(95L, 100L), (60L, 65L), (0L, 12L)], Critical(waterfall, 1));
        Assert.Empty(Critical(waterfall, 2));
        Assert.Equal([(12L, 60L)], Critical(waterfall, 3));
        Assert.Equal([(65L, 95L)], Critical(waterfall, 4));
    }

    [Fact]
    public void P5_the_critical_path_follows_work_that_outlives_its_parent()
    {
        var waterfall = Waterfall.Of([Span(1, 0, 0, 20), Span(2, 1, 10, 80), Span(3, 2, 30, 80)]);

        Assert.Equal([(0L, 10L)], Critical(waterfall, 1));
        Assert.Equal([(10L, 30L)], Critical(waterfall, 2));
        Assert.Equal([(30L, 80L)], Critical(waterfall, 3));
    }

    [Fact]
    public void P5_the_parts_of_the_critical_path_never_overlap_and_cover_a_trace_without_gaps()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var spans = new List<Span> { Span(1, 0, 0, 1000) };
            for (ulong id = 2; id < 30; id++)
            {
                var parent = spans[random.Next(spans.Count)];
                var start = random.NextInt64(parent.Start, parent.End + 1);
                spans.Add(Span(id, parent.SpanId, start, random.NextInt64(start, 1001)));
            }

            var parts = Waterfall.Of(spans).Rows.SelectMany(r => r.Critical).OrderBy(p => p.From).ToList();

            Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
            Assert.Equal((0L, 1000L), (parts[0].From, parts[^1].To));
        }
    }

    [Fact]
    public void P5_orphans_repeats_circles_and_endless_chains_do_no_harm()
    {
        var orphan = Waterfall.Of([Span(2, 99, 10, 20)]);
        var repeated = Waterfall.Of([Span(1, 0, 0, 10), Span(1, 0, 0, 10)]);
        var circle = Waterfall.Of([Span(1, 2, 0, 10), Span(2, 1, 1, 9), Span(3, 3, 2, 4)]);
        var chain = Waterfall.Of([.. Enumerable.Range(1, 20_000).Select(i => Span((ulong)i, (ulong)(i - 1), i, 50_000))]);

        Assert.True(Assert.Single(orphan.Rows).IsOrphan);
        Assert.Single(repeated.Rows);
        Assert.Equal([1UL, 2UL, 3UL], circle.Rows.Select(r => r.Span.SpanId).Order());
        Assert.Equal(19_999, chain.Rows[^1].Depth);
    }

    private static IReadOnlyList<(long From, long To)> Critical(Waterfall waterfall, ulong id) => waterfall.Rows.Single(r => r.Span.SpanId == id).Critical;

    private static Span Span(ulong id, ulong parent, long start, long end) => new() { TraceId = 1, SpanId = id, ParentId = parent, Name = $"span {id}", Start = start, End = end, Source = Source };
}

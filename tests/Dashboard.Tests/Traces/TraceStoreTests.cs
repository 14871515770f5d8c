using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Traces;

namespace Switchyard.Dashboard.Tests.Traces;

public sealed class TraceStoreTests
{
    private static readonly TelemetrySource Source = new("orders", null, 0);

    [Fact]
    public void P5_the_oldest_traces_make_room_and_are_counted()
    {
        var store = new TraceStore(maxTraces: 3, maxSpans: 1000);

        for (ulong i = 1; i <= 10; i++) store.Add([Span(i, 1)]);

        Assert.Equal([10, 9, 8], store.Newest().Select(t => (int)t.Id));
        Assert.Equal(((3, 3), (7L, 0L)), (store.Count, store.Dropped));
        Assert.Null(store.Find(7));
    }

    [Fact]
    public void P5_spans_are_bounded_too_and_one_endless_trace_cannot_push_out_the_others()
    {
        var store = new TraceStore(maxTraces: 100, maxSpans: 100);
        store.Add([Span(1, 1)]);

        store.Add([.. Enumerable.Range(1, 500).Select(i => Span(2, (ulong)i))]);

        Assert.Equal((2, 26), store.Count);
        Assert.Equal((0L, 475L), store.Dropped);
        for (ulong i = 10; i < 200; i++) store.Add([Span(i, 1)]);
        Assert.True(store.Count.Spans <= 100);
    }

    [Fact]
    public void P5_links_are_found_from_their_target_until_the_trace_that_holds_them_is_dropped()
    {
        var store = new TraceStore(maxTraces: 2, maxSpans: 100);
        store.Add([Span(1, 7)]);
        store.Add([Span(2, 8) with { Links = [new(1, 7, [])] }]);
        Assert.Equal(8UL, Assert.Single(store.LinksTo(1)).SpanId);

        store.Add([Span(3, 1)]);
        store.Add([Span(4, 1)]);

        Assert.Empty(store.LinksTo(1));
    }

    [Fact]
    public void P5_a_page_continues_where_the_last_one_ended_while_new_traces_arrive()
    {
        var store = new TraceStore(1000, 1000);
        for (ulong i = 1; i <= 25; i++) store.Add([Span(i, 1, start: (long)i * 1000)]);
        var filter = TraceFilter.Parse(null, null, null, null, null);

        var first = filter.Apply(store.Newest(), 10, null);
        store.Add([Span(99, 1, start: 99_000)]);
        var second = filter.Apply(store.Newest(), 10, TraceCursor.Parse(TraceCursor.At(first.Page[^1], false).ToString()));

        Assert.Equal(Enumerable.Range(16, 10).Reverse(), first.Page.Select(t => (int)t.Id));
        Assert.Equal(Enumerable.Range(6, 10).Reverse(), second.Page.Select(t => (int)t.Id));
        Assert.True(second.HasMore);
    }

    [Theory]
    [InlineData("reserve", 1)]
    [InlineData("item=bolt", 1)]
    [InlineData("item=nut", 0)]
    [InlineData("00000000000000000000000000000002", 1)]
    [InlineData("span", 2)]
    public void P5_text_finds_names_ids_and_attributes(string text, int found)
    {
        var store = new TraceStore(10, 10);
        store.Add([Span(1, 1), Span(1, 2) with { Name = "reserve", Attributes = [new("item", "bolt M6")] }, Span(2, 1)]);

        Assert.Equal(found, TraceFilter.Parse(null, text, null, null, null).Apply(store.Newest(), 10, null).Matching);
    }

    [Fact]
    public void P5_traces_are_found_by_resource_errors_and_duration_and_ordered_by_duration()
    {
        var store = new TraceStore(10, 10);
        store.Add([Span(1, 1, 0, 5_000_000), Span(2, 1, 0, 50_000_000) with { IsError = true }, Span(3, 1, 0, 500_000_000) with { Source = new("billing", null, 1) }]);

        Assert.Equal([2], Ids(TraceFilter.Parse(null, null, true, null, null)));
        Assert.Equal([3], Ids(TraceFilter.Parse("Billing", null, null, null, null)));
        Assert.Equal([3, 2], Ids(TraceFilter.Parse(null, null, null, 40, "longest")));

        IEnumerable<int> Ids(TraceFilter filter) => filter.Apply(store.Newest(), 10, null).Page.Select(t => (int)t.Id);
    }

    private static Span Span(UInt128 trace, ulong id, long start = 0, long end = 1000) => new() { TraceId = trace, SpanId = id, Name = "span", Start = start, End = Math.Max(start, end), Source = Source };
}

namespace Aspire.Dashboard.Traces;

/// <summary>A span in its place: how deep, how many below it, and which parts of it the whole trace waited for.</summary>
public sealed record WaterfallRow(Span Span, int Depth, int Below, bool IsOrphan, IReadOnlyList<(long From, long To)> Critical);

/// <summary>The spans of a trace as a tree in the order of their starts, with the critical path: the chain of work that, made shorter, makes the trace shorter.</summary>
public sealed class Waterfall
{
    private readonly ILookup<ulong, Span> children;
    private readonly Dictionary<ulong, Span> byId = [];
    private readonly Dictionary<ulong, List<(long From, long To)>> critical = [];
    private readonly Dictionary<ulong, long> reach = [];

    private Waterfall(IReadOnlyList<Span> spans)
    {
        // A sender that repeats a batch repeats its spans: the last one wins.
        foreach (var span in spans) byId[span.SpanId] = span;
        var cut = Circular();
        children = byId.Values.Where(s => !IsRoot(s, cut)).OrderBy(s => s.Start).ThenByDescending(s => s.End).ToLookup(s => s.ParentId);
        Start = byId.Count == 0 ? 0 : byId.Values.Min(s => s.Start);
        End = byId.Count == 0 ? 0 : byId.Values.Max(s => s.End);

        var roots = byId.Values.Where(s => IsRoot(s, cut)).OrderBy(s => s.Start).ThenByDescending(s => s.End).ToList();
        var order = Ordered(roots);
        foreach (var (span, _) in Enumerable.Reverse(order)) reach[span.SpanId] = children[span.SpanId].Select(c => reach[c.SpanId]).Append(span.End).Max();
        MarkCritical(roots);
        Rows = WithCounts(order);
    }

    public long Start { get; }

    public long End { get; }

    public IReadOnlyList<WaterfallRow> Rows { get; }

    public static Waterfall Of(IReadOnlyList<Span> spans) => new(spans);

    private bool IsRoot(Span span, HashSet<ulong> cut) => span.ParentId == 0 || !byId.ContainsKey(span.ParentId) || cut.Contains(span.SpanId);

    // Spans that are their own ancestors, which only a broken sender makes; each such circle is cut at one span.
    private HashSet<ulong> Circular()
    {
        var cut = new HashSet<ulong>();
        var done = new HashSet<ulong>();
        foreach (var span in byId.Values)
        {
            var way = new HashSet<ulong>();
            for (var at = span; at is not null && !done.Contains(at.SpanId); at = byId.GetValueOrDefault(at.ParentId))
            {
                if (way.Add(at.SpanId)) continue;
                cut.Add(at.SpanId);
                break;
            }

            done.UnionWith(way);
        }

        return cut;
    }

    // Depth first without recursion: a chain of ten thousand spans must not end the process.
    private List<(Span Span, int Depth)> Ordered(List<Span> roots)
    {
        var order = new List<(Span, int)>(byId.Count);
        var open = new Stack<(Span Span, int Depth)>(Enumerable.Reverse(roots).Select(r => (r, 0)));
        while (open.TryPop(out var next))
        {
            order.Add(next);
            foreach (var child in children[next.Span.SpanId].Reverse()) open.Push((child, next.Depth + 1));
        }

        return order;
    }

    private List<WaterfallRow> WithCounts(List<(Span Span, int Depth)> order)
    {
        var below = new int[order.Count];
        var parents = new Stack<int>();
        for (var i = 0; i < order.Count; i++)
        {
            while (parents.Count > order[i].Depth) parents.Pop();
            foreach (var parent in parents) below[parent]++;
            parents.Push(i);
        }

        return
        [
            .. order.Select((entry, i) => new WaterfallRow(
                entry.Span,
                entry.Depth,
                below[i],
                entry.Depth == 0 && entry.Span.ParentId != 0,
                critical.TryGetValue(entry.Span.SpanId, out var parts) ? parts : [])),
        ];
    }

    // Backwards from the end: what finished last before this moment is what was waited for; in between the span itself worked.
    private void MarkCritical(List<Span> roots)
    {
        var open = new Stack<(Span? Span, long Until)>();
        open.Push((null, End));
        while (open.TryPop(out var part))
        {
            var (span, cursor) = part;
            var below = span is null ? roots : children[span.SpanId];
            foreach (var child in below.OrderByDescending(c => reach[c.SpanId]))
            {
                if (child.Start >= cursor) continue;

                // Still running at this moment, and the span itself was too: nobody waited for it.
                if (span is not null && reach[child.SpanId] > cursor && cursor <= span.End) continue;
                var end = Math.Min(reach[child.SpanId], cursor);
                if (span is not null && end <= span.Start) break;
                Mark(span, end, cursor);
                open.Push((child, end));
                cursor = child.Start;
            }

            Mark(span, 0, cursor);
        }
    }

    private void Mark(Span? span, long from, long to)
    {
        if (span is null) return;
        from = Math.Max(from, span.Start);
        to = Math.Min(to, span.End);
        if (to <= from) return;
        if (!critical.TryGetValue(span.SpanId, out var parts)) critical[span.SpanId] = parts = [];
        parts.Add((from, to));
    }
}

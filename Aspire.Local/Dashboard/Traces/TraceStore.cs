using Aspire.Dashboard.Live;

namespace Aspire.Dashboard.Traces;

/// <summary>The last traces, bounded in traces and in spans; the oldest trace makes room for the newest and is counted.</summary>
public sealed class TraceStore(int maxTraces, int maxSpans)
{
    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, Trace> traces = [];
    private readonly Queue<Trace> arrival = new();

    // Who links to a trace: what lets a reader follow a queue from the producer to the consumer, which alone knows both.
    private readonly Dictionary<UInt128, List<Span>> backlinks = [];
    private readonly int maxSpansPerTrace = Math.Max(1, maxSpans / 4);
    private long next = 1;
    private int spanCount;
    private long droppedTraces;
    private long droppedSpans;

    internal ChangeSignal Changed { get; } = new();

    public (int Traces, int Spans) Count
    {
        get
        {
            lock (gate) return (traces.Count, spanCount);
        }
    }

    /// <summary>Whole traces that made room, and spans of traces too large to keep whole.</summary>
    public (long Traces, long Spans) Dropped
    {
        get
        {
            lock (gate) return (droppedTraces, droppedSpans);
        }
    }

    public Trace? Find(UInt128 id)
    {
        lock (gate) return traces.GetValueOrDefault(id);
    }

    /// <summary>The spans, of whatever trace, that name a span of this trace in a link.</summary>
    public IReadOnlyList<Span> LinksTo(UInt128 id)
    {
        lock (gate) return backlinks.TryGetValue(id, out var found) ? [.. found] : [];
    }

    /// <summary>All traces, newest first.</summary>
    public Trace[] Newest()
    {
        Trace[] all;
        lock (gate) all = [.. arrival];
        Array.Reverse(all);
        return all;
    }

    public void Clear()
    {
        lock (gate)
        {
            traces.Clear();
            arrival.Clear();
            backlinks.Clear();
            spanCount = 0;
        }

        Changed.Raise();
    }

    internal void Add(List<Span> spans)
    {
        if (spans.Count == 0) return;
        lock (gate)
        {
            foreach (var span in spans) Add(span);
            while (traces.Count > maxTraces || spanCount > maxSpans) DropOldest();
        }

        Changed.Raise();
    }

    private void Add(Span span)
    {
        if (!traces.TryGetValue(span.TraceId, out var trace))
        {
            traces[span.TraceId] = trace = new(span.TraceId, next++);
            arrival.Enqueue(trace);
        }
        else if (trace.Count >= maxSpansPerTrace)
        {
            droppedSpans++;
            return;
        }

        trace.Add(span);
        spanCount++;
        foreach (var link in span.Links)
        {
            if (!backlinks.TryGetValue(link.TraceId, out var known)) backlinks[link.TraceId] = known = [];
            known.Add(span);
        }
    }

    private void DropOldest()
    {
        var oldest = arrival.Dequeue();
        traces.Remove(oldest.Id);
        spanCount -= oldest.Count;
        droppedTraces++;
        foreach (var span in oldest.Spans)
        {
            foreach (var link in span.Links)
            {
                if (!backlinks.TryGetValue(link.TraceId, out var known)) continue;
                known.RemoveAll(s => s.TraceId == oldest.Id);
                if (known.Count == 0) backlinks.Remove(link.TraceId);
            }
        }
    }
}

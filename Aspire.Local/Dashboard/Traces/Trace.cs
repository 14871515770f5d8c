using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Traces;

/// <summary>The spans of one trace so far.</summary>
public sealed class Trace(UInt128 id, long number)
{
    private readonly Lock gate = new();
    private readonly List<Span> spans = [];
    private TraceSummary? summary;

    public UInt128 Id { get; } = id;

    /// <summary>Counts arrivals; the oldest makes room first.</summary>
    public long Number { get; } = number;

    public IReadOnlyList<Span> Spans
    {
        get
        {
            lock (gate) return [.. spans];
        }
    }

    public TraceSummary Summary
    {
        get
        {
            lock (gate) return summary ??= TraceSummary.Of(this, spans);
        }
    }

    internal void Add(Span span)
    {
        lock (gate)
        {
            spans.Add(span);
            summary = null;
        }
    }

    internal int Count
    {
        get
        {
            lock (gate) return spans.Count;
        }
    }

    /// <summary>Whether any span matches; looks at the spans in place.</summary>
    internal bool Any(Func<Span, bool> matches)
    {
        lock (gate)
        {
            foreach (var span in spans)
            {
                if (matches(span)) return true;
            }

            return false;
        }
    }
}

/// <summary>A trace as a line of the list.</summary>
public sealed record TraceSummary(UInt128 Id, long Number, string Name, TelemetrySource Source, long Start, long End, int Spans, int Errors, IReadOnlyList<(TelemetrySource Source, int Spans, int Errors)> Sources)
{
    public TimeSpan Duration => TimeSpan.FromTicks((End - Start) / 100);

    public DateTimeOffset StartedAt => DateTimeOffset.UnixEpoch.AddTicks(Start / 100);

    internal static TraceSummary Of(Trace trace, List<Span> spans)
    {
        Span? root = null, first = null;
        long end = 0;
        var errors = 0;
        var sources = new Dictionary<string, (TelemetrySource Source, int Spans, int Errors)>(StringComparer.Ordinal);
        foreach (var span in spans)
        {
            if (span.ParentId == 0 && (root is null || span.Start < root.Start)) root = span;
            if (first is null || span.Start < first.Start) first = span;
            if (span.End > end) end = span.End;
            if (span.IsError) errors++;
            var (_, seen, failed) = sources.GetValueOrDefault(span.Source.Name);
            sources[span.Source.Name] = (span.Source, seen + 1, failed + (span.IsError ? 1 : 0));
        }

        // While the root has not arrived, or was dropped, the earliest span stands for it.
        var head = root ?? first!;
        return new(trace.Id, trace.Number, head.Name, head.Source, first!.Start, end, spans.Count, errors, [.. sources.Values]);
    }
}

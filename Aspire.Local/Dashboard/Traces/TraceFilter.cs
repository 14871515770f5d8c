using System.Globalization;
using Aspire.Dashboard.Layout;

namespace Aspire.Dashboard.Traces;

/// <summary>What the list of traces is narrowed to and how it is ordered; it is read from the address and written back into it.</summary>
public sealed record TraceFilter(string? Resource, string? Text, bool ErrorsOnly, double LeastMilliseconds, bool LongestFirst)
{
    public static TraceFilter Parse(string? resource, string? text, bool? errors, double? least, string? sort) =>
        new(string.IsNullOrEmpty(resource) ? null : resource, string.IsNullOrWhiteSpace(text) ? null : text.Trim(), errors == true, Math.Max(0, least ?? 0), sort == "longest");

    public PageUrl Url => PageUrl.To(
        "/traces",
        ("resource", Resource),
        ("q", Text),
        ("errors", ErrorsOnly ? "true" : null),
        ("min", LeastMilliseconds > 0 ? LeastMilliseconds.ToString(CultureInfo.InvariantCulture) : null),
        ("sort", LongestFirst ? "longest" : null));

    /// <summary>One page of what matches, what all that match count, and whether there is more after <paramref name="skipTo"/>.</summary>
    public TraceList Apply(Trace[] newestFirst, int pageSize, TraceCursor? skipTo)
    {
        var found = new List<TraceSummary>();
        foreach (var trace in newestFirst)
        {
            var summary = trace.Summary;
            if (Matches(trace, summary)) found.Add(summary);
        }

        found.Sort((a, b) => TraceCursor.Compare(TraceCursor.At(b, LongestFirst), TraceCursor.At(a, LongestFirst)));
        var page = found.Where(s => skipTo is null || TraceCursor.Compare(TraceCursor.At(s, LongestFirst), skipTo) < 0).Take(pageSize + 1).ToList();
        var longest = found.Count == 0 ? TimeSpan.Zero : found.Max(s => s.Duration);
        return new([.. page.Take(pageSize)], found.Count, page.Count > pageSize, longest);
    }

    private bool Matches(Trace trace, TraceSummary summary)
    {
        if (ErrorsOnly && summary.Errors == 0) return false;
        if (summary.Duration.TotalMilliseconds < LeastMilliseconds) return false;
        if (Resource is not null && !summary.Sources.Any(s => string.Equals(s.Source.Name, Resource, StringComparison.OrdinalIgnoreCase))) return false;
        if (Text is null) return true;
        if (Format.Id(summary.Id).StartsWith(Text, StringComparison.OrdinalIgnoreCase)) return true;

        // key=value looks at attributes; anything else at names.
        var at = Text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? trace.Any(span => span.Attribute(Text[..at].Trim()) is { } value && value.Contains(Text[(at + 1)..].Trim(), StringComparison.OrdinalIgnoreCase))
            : summary.Name.Contains(Text, StringComparison.OrdinalIgnoreCase) || trace.Any(span => span.Name.Contains(Text, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>A page of traces.</summary>
public sealed record TraceList(IReadOnlyList<TraceSummary> Page, int Matching, bool HasMore, TimeSpan Longest);

/// <summary>A place in the list: what the list is ordered by, start or duration, then the number of arrival.</summary>
public sealed record TraceCursor(long Order, long Number)
{
    public static TraceCursor At(TraceSummary trace, bool longestFirst) => new(longestFirst ? trace.Duration.Ticks : trace.Start, trace.Number);

    public static int Compare(TraceCursor a, TraceCursor b) => a.Order == b.Order ? a.Number.CompareTo(b.Number) : a.Order.CompareTo(b.Order);

    public static TraceCursor? Parse(string? text) =>
        text?.Split('-') is [var order, var number] && long.TryParse(order, CultureInfo.InvariantCulture, out var t) && long.TryParse(number, CultureInfo.InvariantCulture, out var n) ? new(t, n) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Order}-{Number}");
}

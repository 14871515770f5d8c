using System.Globalization;
using Aspire.Dashboard.Layout;

namespace Aspire.Dashboard.StructuredLogs;

/// <summary>What the list of records is narrowed to; it is read from the address and written back into it.</summary>
public sealed record LogFilter(string? Resource, LogSeverity Least, string? Text, IReadOnlyList<FieldFilter> Fields, UInt128 TraceId, ulong SpanId)
{
    public static LogFilter Parse(string? resource, string? level, string? text, string[] fields, string? trace, string? span) =>
        new(
            string.IsNullOrEmpty(resource) ? null : resource,
            Enum.TryParse<LogSeverity>(level, ignoreCase: true, out var least) && Enum.IsDefined(least) ? least : LogSeverity.Unspecified,
            string.IsNullOrWhiteSpace(text) ? null : text.Trim(),
            [.. fields.Select(FieldFilter.Parse).OfType<FieldFilter>()],
            UInt128.TryParse(trace, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var traceId) ? traceId : 0,
            ulong.TryParse(span, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var spanId) ? spanId : 0);

    public bool Matches(LogEntry entry) =>
        entry.Severity >= Least
        && (Resource is null || string.Equals(entry.Source.Name, Resource, StringComparison.OrdinalIgnoreCase))
        && (TraceId == 0 || entry.TraceId == TraceId)
        && (SpanId == 0 || entry.SpanId == SpanId)
        && Fields.All(field => field.Matches(entry))
        && (Text is null || entry.Message.Contains(Text, StringComparison.OrdinalIgnoreCase) || entry.Category.Contains(Text, StringComparison.OrdinalIgnoreCase));

    public PageUrl Url
    {
        get
        {
            var url = PageUrl.To(
                "/structuredlogs",
                ("resource", Resource),
                ("level", Least == LogSeverity.Unspecified ? null : Least.ToString()),
                ("q", Text),
                ("trace", TraceId == 0 ? null : Format.Id(TraceId)),
                ("span", SpanId == 0 ? null : Format.Id(SpanId)));
            return Fields.Aggregate(url, (so, condition) => so.Plus("f", condition.ToString()));
        }
    }
}

/// <summary>A condition on one field: <c>name=value</c>, <c>name!=value</c>, or <c>name~part</c> for a part of it.</summary>
public sealed record FieldFilter(string Name, char Operation, string Value)
{
    public static FieldFilter? Parse(string? text)
    {
        var at = text?.IndexOfAny(['=', '~', '!']) ?? -1;
        if (at <= 0) return null;
        return text![at] switch
        {
            '!' when at + 1 < text.Length && text[at + 1] == '=' => new(text[..at].Trim(), '!', text[(at + 2)..].Trim()),
            '!' => null,
            var operation => new(text[..at].Trim(), operation, text[(at + 1)..].Trim()),
        };
    }

    public bool Matches(LogEntry entry)
    {
        var value = Name switch
        {
            "category" => entry.Category,
            "event" => entry.EventName,
            "message" => entry.Message,
            _ => entry.Attribute(Name),
        };
        return Operation switch
        {
            '=' => string.Equals(value, Value, StringComparison.OrdinalIgnoreCase),
            '!' => !string.Equals(value, Value, StringComparison.OrdinalIgnoreCase),
            _ => value?.Contains(Value, StringComparison.OrdinalIgnoreCase) == true,
        };
    }

    public override string ToString() => Name + (Operation == '!' ? "!=" : Operation) + Value;
}

namespace Aspire.Dashboard.Traces;

/// <summary>What a span's name leaves out: calls are named by their verb alone, and a waterfall of POST, POST, POST tells little.</summary>
internal static class SpanHint
{
    // The words of the semantic conventions, the most telling first.
    private static readonly string[] Telling = ["url.full", "db.query.summary", "db.query.text", "messaging.destination.name", "rpc.method", "server.address"];

    public static string? Of(Span span)
    {
        var found = span.Kind switch
        {
            SpanKind.Server => null,
            SpanKind.Internal or SpanKind.Unspecified => OwnName(span),
            _ => Telling.Select(span.Attribute).FirstOrDefault(value => !string.IsNullOrEmpty(value)),
        };
        if (found is null || span.Name.Contains(found, StringComparison.OrdinalIgnoreCase)) return null;
        return Uri.TryCreate(found, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url.Authority + url.AbsolutePath : found;
    }

    // A span named after a kind of thing mostly says in an attribute which thing: "step" and "shop.step.id".
    private static string? OwnName(Span span) =>
        span.Attributes.FirstOrDefault(a =>
            a.Key.EndsWith($".{span.Name}.name", StringComparison.OrdinalIgnoreCase)
            || a.Key.EndsWith($".{span.Name}.id", StringComparison.OrdinalIgnoreCase)
            || a.Key.EndsWith($".{span.Name}", StringComparison.OrdinalIgnoreCase)).Value;
}

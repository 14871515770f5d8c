namespace Aspire.Dashboard.Traces;

/// <summary>What a span's name leaves out: calls are named by their verb alone, and a waterfall of POST, POST, POST tells little.</summary>
internal static class SpanHint
{
    // The words of the semantic conventions, the most telling first.
    private static readonly string[] Telling = ["url.full", "db.query.summary", "db.query.text", "messaging.destination.name", "rpc.method", "server.address"];

    public static string? Of(Span span)
    {
        if (span.Kind is SpanKind.Server or SpanKind.Internal or SpanKind.Unspecified) return null;
        var found = Telling.Select(span.Attribute).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        if (found is null || span.Name.Contains(found, StringComparison.OrdinalIgnoreCase)) return null;
        return Uri.TryCreate(found, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url.Authority + url.AbsolutePath : found;
    }
}

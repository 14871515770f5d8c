using System.Text;
using System.Text.Json;

namespace Switchyard.RunnerService.Triggers;

/// <summary>A webhook's request: its bytes, which are signed, and what a run may read of it.</summary>
public static class WebhookRequest
{
    // They prove or tell things that are nobody's business any more once the request is accepted; rows and logs must not hold them.
    private static readonly string[] Kept = ["authorization", "cookie", "proxy-authorization", "x-signature", "webhook-signature", "x-api-key", "x-switchyard-caller"];

    /// <summary>The whole body; null when it is longer than <paramref name="most"/>.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int most, CancellationToken stop)
    {
        if (request.ContentLength > most) { return null; }
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, stop)) > 0)
        {
            if (body.Length + read > most) { return null; }
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    /// <summary>The event that expressions see: <c>body</c>, <c>headers</c> (names in lower case) and <c>query</c>. A body that is no JSON is a text.</summary>
    /// <exception cref="JsonException">The body says that it is JSON, and is not.</exception>
    public static JsonElement ToEvent(HttpRequest request, byte[] body)
    {
        var isJson = request.HasJsonContentType();
        using var stream = new MemoryStream(body.Length + 1024);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            if (isJson && body.Length > 0)
            {
                using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 60 });
                document.RootElement.WriteTo(writer);
            }
            else if (body.Length == 0) { writer.WriteNullValue(); }
            else { writer.WriteStringValue(Encoding.UTF8.GetString(body)); }
            writer.WriteStartObject("headers");
            foreach (var (name, value) in request.Headers)
            {
                var lower = name.ToLowerInvariant();
                if (!Kept.Contains(lower, StringComparer.Ordinal)) { writer.WriteString(lower, value.ToString()); }
            }
            writer.WriteEndObject();
            writer.WriteStartObject("query");
            foreach (var (name, value) in request.Query) { writer.WriteString(name, value.ToString()); }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return JsonElement.Parse(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}

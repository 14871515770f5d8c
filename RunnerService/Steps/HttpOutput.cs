using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.RunnerService.Artifacts;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Makes <c>{ status, headers, body }</c> of an HTTP answer. A body that says it is JSON is parsed; text stays text; what is not
/// text comes as <c>bodyBase64</c> beside a null body.
/// </summary>
internal static class HttpOutput
{
    /// <summary>Below the hub's own 64, because the output becomes part of a larger document.</summary>
    private const int MaxDepth = 56;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };

    /// <summary>The answer with its body read as asked; null when JSON was asked for and something else came.</summary>
    public static JsonElement? Write(HttpResponseMessage response, byte[] body, string responseType) => responseType switch
    {
        "json" => TryWriteJson(response, body, out var output) ? output : null,
        "text" => Write(response, json => json.WriteString("body", Decode(response, body) ?? Encoding.UTF8.GetString(body))),
        "base64" => Write(response, json => json.WriteBase64String("body", body)),
        _ => Write(response, body),
    };

    private static JsonElement Write(HttpResponseMessage response, byte[] body)
    {
        if (body.Length > 0 && IsJson(response.Content.Headers.ContentType?.MediaType) && TryWriteJson(response, body, out var output)) return output;

        return Write(response, json =>
        {
            if (body.Length == 0) json.WriteNull("body");
            else if (Decode(response, body) is { } text) json.WriteString("body", text);
            else
            {
                json.WriteNull("body");
                json.WriteBase64String("bodyBase64", body);
            }
        });
    }

    public static JsonElement Write(HttpResponseMessage response, Artifact artifact) => Write(response, json =>
    {
        json.WriteStartObject("body");
        json.WriteString("artifact", artifact.Name);
        json.WriteNumber("size", artifact.SizeBytes);
        json.WriteString("sha256", artifact.Sha256);
        json.WriteString("contentType", artifact.ContentType);
        json.WriteEndObject();
    });

    /// <summary>False when the body does not keep what its content type promises; then it is text like any other.</summary>
    private static bool TryWriteJson(HttpResponseMessage response, byte[] body, out JsonElement output)
    {
        try
        {
            ReadOnlyMemory<byte> utf8 = body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body.AsMemory(Encoding.UTF8.Preamble.Length) : body;
            using var parsed = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth - 1 });
            output = Write(response, json =>
            {
                json.WritePropertyName("body");
                parsed.RootElement.WriteTo(json);
            });
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text in it is not valid UTF-8.
            output = default;
            return false;
        }
    }

    private static JsonElement Write(HttpResponseMessage response, Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteNumber("status", (int)response.StatusCode);
            json.WriteStartObject("headers");
            foreach (var header in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            {
                json.WriteString(header.Key.ToLowerInvariant(), string.Join(", ", header.Value));
            }

            json.WriteEndObject();
            body(json);
            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static bool IsJson(string? mediaType) => mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Null when the bytes are not text in the charset that the answer names, or in UTF-8 when it names none.</summary>
    private static string? Decode(HttpResponseMessage response, byte[] body)
    {
        try
        {
            var name = response.Content.Headers.ContentType?.CharSet?.Trim('"') ?? "utf-8";
            var text = Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString(body);
            return text.Contains('\0', StringComparison.Ordinal) ? null : text.TrimStart('\uFEFF');
        }
        catch (ArgumentException)
        {
            return null; // an unknown charset, or bytes that are none of it
        }
    }
}

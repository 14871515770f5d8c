using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Switchyard.RunnerService.Artifacts;

namespace Switchyard.RunnerService.Steps;

/// <summary>The <c>with</c> of an <c>http.request</c> step, read and checked before anything is sent.</summary>
internal sealed class HttpRequestFields
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// <summary>Belong to the connection or decide who is spoken to; a step that sets them could slip past the egress check.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private HttpRequestFields(StepWith with, string method, Uri url, Func<int, bool> expected)
    {
        Headers = with.Field("headers");
        Body = with.Field("body");
        Method = new HttpMethod(method);
        Url = url;
        Expected = expected;
    }

    public HttpMethod Method { get; }

    public Uri Url { get; }

    public JsonElement Headers { get; }

    public JsonElement Body { get; }

    public Func<int, bool> Expected { get; }

    public bool FollowRedirects { get; private init; }

    public long MaxResponseBytes { get; private init; }

    /// <summary>The artifact that the answer's body goes to, or null.</summary>
    public string? SaveAs { get; private init; }

    public string? SaveContentType { get; private init; }

    /// <summary>How the body is read: "json", "text", "base64", or "auto" for what its content type says.</summary>
    public string ResponseType { get; private init; } = "auto";

    /// <summary>Method and URL without the query, which may hold what must not be shown.</summary>
    public string Name => $"{Method.Method} {Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}";

    public static (HttpRequestFields? Fields, StepOutcome.Permanent? Refusal) Read(JsonElement json, StepOptions limits)
    {
        var with = new StepWith(json);
        var method = with.OneOf("method", Methods);
        var url = ReadUrl(with);
        var save = with.Field("saveAs").ValueKind == JsonValueKind.Object ? new StepWith(with.Field("saveAs")) : null;
        var saveAs = save is null ? with.TextOr("saveAs", "") : save.Text("name");
        if (saveAs.Length > 0 && ArtifactName.WhyNot(saveAs) is { } reason) with.Refuse($"'{saveAs}' cannot name an artifact: {reason}.");
        if (with.Field("headers").ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object)) with.Refuse("'headers' must be an object.");

        var fields = new HttpRequestFields(with, method, url, ReadExpected(with))
        {
            ResponseType = with.OneOf("responseType", "auto", "json", "text", "base64"),
            FollowRedirects = with.Flag("followRedirects", otherwise: true),
            MaxResponseBytes = Math.Min(limits.LargestResponseBytes, (long)(with.Number("maxResponseBytes", 1, 1 << 30) ?? limits.MaxResponseBytes)),
            SaveAs = saveAs.Length > 0 ? saveAs : null,
            SaveContentType = save?.TextOr("contentType", "") is { Length: > 0 } type ? type : null,
        };
        var refusal = with.Refusal ?? save?.Refusal;
        return refusal is null ? (fields, null) : (null, refusal);
    }

    /// <summary>The request, once the header values are known; null with the reason when a header cannot be sent.</summary>
    public (HttpRequestMessage? Request, string? Reason) ToRequest(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var request = new HttpRequestMessage(Method, Url) { Content = Content() };
        foreach (var (name, value) in headers)
        {
            if (Reserved.Contains(name)) return (null, $"the header '{name}' is set by the runner");
            if (value.Any(c => c is < ' ' and not '\t' or '\x7f' or > 'ÿ')) return (null, $"the value of header '{name}' holds characters that a header cannot carry");

            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                if (request.Content is null) continue;
                if (!MediaTypeHeaderValue.TryParse(value, out var type)) return (null, $"'{value}' is not a content type");
                request.Content.Headers.ContentType = type;
            }
            else if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content?.Headers.TryAddWithoutValidation(name, value) != true)
            {
                return (null, $"'{name}' is not a header's name");
            }
        }

        return (request, null);
    }

    /// <summary>Text is sent as it is, anything else as JSON.</summary>
    private ByteArrayContent? Content() => Body.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => new StringContent(Body.GetString()!, Encoding.UTF8, "text/plain"),
        _ => new StringContent(Body.GetRawText(), Encoding.UTF8, "application/json"),
    };

    private static Uri ReadUrl(StepWith with)
    {
        var text = with.Text("url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            with.Refuse("'url' must be an absolute http or https URL.");
            return new Uri("http://invalid.invalid/");
        }

        var query = with.Field("query");
        if (query.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return url;
        if (query.ValueKind != JsonValueKind.Object)
        {
            with.Refuse("'query' must be an object.");
            return url;
        }

        var pairs = query.EnumerateObject().SelectMany(field => Values(field.Value).Select(value => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(value)}"));
        return new UriBuilder(url) { Query = string.Join('&', new[] { url.Query.TrimStart('?') }.Concat(pairs).Where(part => part.Length > 0)) }.Uri;
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.String => [value.GetString()!],
        _ => [value.GetRawText()],
    };

    /// <summary>A status, a class such as <c>"2xx"</c>, or a list of them.</summary>
    private static Func<int, bool> ReadExpected(StepWith with)
    {
        if (!with.Has("expectStatus")) return status => status is >= 200 and < 300;

        var given = with.Field("expectStatus");
        var rules = (given.ValueKind == JsonValueKind.Array ? given.EnumerateArray() : Enumerable.Repeat(given, 1)).Select(ReadStatus).ToArray();
        if (rules.Length == 0 || rules.Any(rule => rule is null)) with.Refuse("'expectStatus' must be a status such as 201, a class such as \"2xx\", or a list of them.");
        return status => rules.Any(rule => rule?.Invoke(status) == true);
    }

    private static Func<int, bool>? ReadStatus(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (text.Length != 3 || text[0] is < '1' or > '5') return null;
        if (text[1..].Equals("xx", StringComparison.OrdinalIgnoreCase)) return status => status / 100 == text[0] - '0';
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var exact) ? status => status == exact : null;
    }
}

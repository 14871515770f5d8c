using System.Diagnostics;

namespace Switchyard.Gateway.Edge;

/// <summary>The headers that every answer of the hub carries, and those that none may carry.</summary>
public static class ResponseHeaders
{
    private const string RequestId = "X-Request-Id";
    private const int LongestRequestId = 128;

    /// <summary>Settles the request's id and has the headers set at the last moment, over whatever a service answered.</summary>
    public static void Prepare(HttpContext context)
    {
        if (!IsUsable(context.Request.Headers[RequestId]))
            context.Request.Headers[RequestId] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        context.Response.OnStarting(static state => Set((HttpContext)state), context);
    }

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Remove("Server");
        headers.Remove("X-Powered-By");
        headers[RequestId] = context.Request.Headers[RequestId];

        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Nothing the hub's API serves is a page: an artifact that is HTML must not run in the hub's origin.
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    // It ends up in logs and headers of other services: short, printable, one.
    private static bool IsUsable(Microsoft.Extensions.Primitives.StringValues id) =>
        id is [{ Length: > 0 and <= LongestRequestId } text] && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '=' or '/' or '+');
}

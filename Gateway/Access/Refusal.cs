using System.Globalization;
using Switchyard.Contracts.Problems;
using Switchyard.ServiceDefaults;

namespace Switchyard.Gateway.Access;

/// <summary>Answers a request that goes no further, always as problem+json.</summary>
public static class Refusal
{
    public static Task WriteAsync(HttpContext context, int status, string code, string title, string detail, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problem.Of(status, code, title, detail).ExecuteAsync(context);
    }

    public static Task NoSuchRouteAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found", "Nothing is served at this path.");

    public static Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, ProblemCodes.MethodNotAllowed, "Method not allowed", $"This path takes {allowed}.");
    }

    public static Task BadPathAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "Bad path",
            "The path holds empty or dot segments, backslashes, or escapes that hide them.");

    /// <summary>For a body that failed while it was read: too large after all, or broken off.</summary>
    public static Task BadBodyAsync(HttpContext context, Exception? failure) => Cause(failure) switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            WriteAsync(context, StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, "Body too large", "The request body is larger than this hub accepts."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            WriteAsync(context, StatusCodes.Status408RequestTimeout, ProblemCodes.InvalidRequest, "Body too slow", "The request body came too slowly."),
        _ => WriteAsync(context, StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "Bad body", "The request body broke off or is not framed properly."),
    };

    private static Exception? Cause(Exception? failure) => failure switch
    {
        AggregateException several => several.Flatten().InnerExceptions.Select(Cause).FirstOrDefault(cause => cause is BadHttpRequestException),
        null or BadHttpRequestException => failure,
        _ => Cause(failure.InnerException),
    };

    public static Task OfAsync(HttpContext context, Verdict verdict, string scope)
    {
        switch (verdict)
        {
            case Verdict.MissingToken:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return WriteAsync(context, StatusCodes.Status401Unauthorized, ProblemCodes.MissingToken, "A token is needed",
                    "Send the header 'Authorization: Bearer <token>'.");
            case Verdict.InvalidToken or Verdict.ExpiredToken:
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                return WriteAsync(context, StatusCodes.Status401Unauthorized, ProblemCodes.InvalidToken, "The token is not valid",
                    verdict is Verdict.ExpiredToken ? "The token has expired." : "Nobody gave out this token, or it was revoked.");
            case Verdict.OtherOrg:
                // Worded like any other missing thing: that the organization exists is not told.
                return WriteAsync(context, StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found", "There is no such organization for this token.");
            default:
                context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
                return WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.InsufficientScope, "The token may not do this",
                    $"This needs the scope {scope}.");
        }
    }
}

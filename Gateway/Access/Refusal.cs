using System.Globalization;
using Switchyard.Contracts.Problems;
using Switchyard.Gateway.Routes;
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

    public static Task OfAsync(HttpContext context, Verdict verdict, GatewayRoute row)
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
                // Word for word what a service says of an organization that does not exist: which of the two it is, is not told.
                return WriteAsync(context, StatusCodes.Status404NotFound, ProblemCodes.OrgNotFound, "There is no such organization",
                    $"The organization '{context.Request.RouteValues["org"]}' does not exist, or the token does not belong to it.");
            default:
                context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{row.Scope}\"";
                return WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.InsufficientScope, "The token lacks a scope",
                    $"This needs the scope '{row.Scope}'{(row.AdministratorsOnly ? " in a token of every organization" : "")}; ask for a token that has it.");
        }
    }
}

using Aspire.Dashboard.Layout;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Access;

/// <summary>The login link, and the check that stands before every page.</summary>
internal static class AccessApi
{
    // 'self' everywhere and nothing inline: text that a process logs can never become script, style or a request elsewhere.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", OpenLink);
        routes.MapPost("/login", EnterTokenAsync);
    }

    public static void UseAccess(this IApplicationBuilder app, Doorkeeper door) =>
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers.CacheControl = "no-store";

            if (IsOpen(context.Request.Path)) return next(context);
            if (!door.Knows(context.Request.Cookies[door.CookieName])) return Refuse(context);
            if (!IsFromHere(context.Request))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }

            return next(context);
        });

    // Telemetry has a key of its own; style sheets and script hold nothing of the application.
    private static bool IsOpen(PathString path) => path == "/login" || path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase);

    // The cookie also goes with requests that another port of this machine makes the browser send: those may not change anything.
    private static bool IsFromHere(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return true;
        var origin = request.Headers.Origin.ToString();
        return origin == $"{request.Scheme}://{request.Host}";
    }

    private static Task Refuse(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            context.Response.Redirect("/login?return=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        return Task.CompletedTask;
    }

    private static IResult OpenLink(HttpContext context, Doorkeeper door, string? t, string? @return)
    {
        if (door.Knows(context.Request.Cookies[door.CookieName])) return Results.Redirect(Local(@return));
        if (string.IsNullOrEmpty(t)) return Page(null, @return, StatusCodes.Status200OK);

        // A browser that guesses where its user goes next must not use up the link.
        return context.Request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.Ordinal)
            ? Results.NoContent()
            : Enter(context, door, t, @return);
    }

    private static async Task<IResult> EnterTokenAsync(HttpContext context, Doorkeeper door)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var token = form["t"].ToString().Trim();
        var inLink = token.LastIndexOf("t=", StringComparison.Ordinal);
        return Enter(context, door, inLink < 0 ? token : token[(inLink + 2)..], form["return"]);
    }

    private static IResult Enter(HttpContext context, Doorkeeper door, string token, string? back)
    {
        if (door.Enter(token) is not { } session)
        {
            return Page("This link has been used or belongs to an earlier start. The current one is in the terminal of the AppHost.", back, StatusCodes.Status401Unauthorized);
        }

        context.Response.Cookies.Append(door.CookieName, session, new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true });
        return Results.Redirect(Local(back));
    }

    private static RazorComponentResult<LoginPage> Page(string? problem, string? back, int status) =>
        new(new { Problem = problem, Return = Local(back) }) { StatusCode = status };

    private static string Local(string? path) => path is ['/', not ('/' or '\\'), ..] ? path : "/";
}

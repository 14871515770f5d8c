using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>Refuses every request without a valid caller signature, also from inside the private network.</summary>
public static class CallerMiddleware
{
    /// <summary>Of the <paramref name="openPaths"/>, which answer without a caller, one that ends with <c>/</c> opens everything below it.</summary>
    public static WebApplication UseCaller(this WebApplication app, params string[] openPaths)
    {
        var signature = app.Services.GetRequiredService<CallerSignature>();
        var service = app.Services.GetRequiredService<ServiceIdentity>();
        signature.RequireKey();
        app.Use((http, next) =>
        {
            if (signature.Verify(http.Request.Headers[CallerSignature.Header], service.Name, out var why) is { } caller)
            {
                http.SetCaller(caller);
                return AccessRules.Check(http, caller) is { } refusal ? refusal.ExecuteAsync(http) : next(http);
            }

            return IsOpen(http.Request.Path, openPaths) ? next(http) : RefuseAsync(http, why);
        });
        return app;
    }

    private static bool IsOpen(PathString path, string[] openPaths)
    {
        if (HealthEndpoints.IsHealth(path.Value) || path.StartsWithSegments("/openapi", StringComparison.Ordinal)) return true;
        foreach (var open in openPaths)
        {
            if (open[^1] == '/' ? path.StartsWithSegments(open[..^1], StringComparison.Ordinal) : path == open) return true;
        }

        return false;
    }

    private static Task RefuseAsync(HttpContext http, string why) =>
        Problem.Of(
            StatusCodes.Status401Unauthorized,
            ProblemCodes.MissingCaller,
            "The caller is not known",
            $"This service answers only requests signed by the gateway ({CallerSignature.Header}): {why}.")
            .ExecuteAsync(http);
}

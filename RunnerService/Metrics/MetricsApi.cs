using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.ServiceDefaults;

namespace Switchyard.RunnerService.Metrics;

/// <summary>Metrics over HTTP: JSON, or Prometheus text for whoever asks for text.</summary>
public static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", ReadAsync).WithTags("Metrics").RequireScope(Scopes.RunsRead);

    private static async Task<IResult> ReadAsync(HttpContext http, MetricsCache metrics, string? window, string? format, CancellationToken stop)
    {
        if (!MetricsWindow.TryParse(window, out var span))
        {
            return Problem.Of(400, ProblemCodes.InvalidRequest, "The window cannot be used", "Use a number with s, m, h or d, from 1m to 31d, for example 24h.", [new("/window", "from 1m to 31d")]);
        }
        if (format is not (null or "json" or "prometheus"))
        {
            return Problem.Of(400, ProblemCodes.InvalidRequest, "There is no such format", "Use json or prometheus.", [new("/format", "json or prometheus")]);
        }
        var view = await metrics.ReadAsync(http.Caller().Org, span, stop);
        return format == "prometheus" || (format is null && PrefersText(http.Request))
            ? TypedResults.Text(PrometheusText.Write(view), "text/plain; version=0.0.4; charset=utf-8")
            : TypedResults.Ok(view);
    }

    // A scraper lists text/plain beside */*; whoever names JSON gets JSON.
    private static bool PrefersText(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        return accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase) && !accept.Contains("application/json", StringComparison.OrdinalIgnoreCase);
    }
}

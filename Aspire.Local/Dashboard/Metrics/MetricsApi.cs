using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Metrics;

/// <summary>The page of metrics.</summary>
internal static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", (string? resource, string? meter, string? instrument, string? window, string? view, bool? split, string[]? d) =>
            new RazorComponentResult<MetricsPage>(new { Query = MetricQuery.Parse(resource, meter, instrument, window, view, split, d ?? []) }));
        routes.MapPost("/metrics/clear", (TelemetryStore store) =>
        {
            store.Metrics.Clear();
            return Results.Redirect("/metrics");
        });
    }
}

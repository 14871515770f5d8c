using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.StructuredLogs;

/// <summary>The page of log records.</summary>
internal static class StructuredLogsApi
{
    public const int PageSize = 100;

    public static void MapStructuredLogs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/structuredlogs", (string? resource, string? level, string? q, string[]? f, string? trace, string? span, long? log, long? before) =>
            new RazorComponentResult<StructuredLogsPage>(new { Filter = LogFilter.Parse(resource, level, q, f ?? [], trace, span), Selected = log, Before = before }));
        routes.MapPost("/structuredlogs/clear", (TelemetryStore store) =>
        {
            store.Logs.Clear();
            return Results.Redirect("/structuredlogs");
        });
    }
}

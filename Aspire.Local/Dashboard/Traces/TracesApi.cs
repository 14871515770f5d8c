using System.Globalization;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Traces;

/// <summary>The list of traces and the waterfall of one.</summary>
internal static class TracesApi
{
    public const int PageSize = 100;

    /// <summary>Rows of a waterfall on one page; a trace of 20,000 spans is read in parts.</summary>
    public const int WaterfallRows = 500;

    public static void MapTraces(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/traces", (string? resource, string? q, bool? errors, string? min, string? sort, string? after) =>
            new RazorComponentResult<TracesPage>(new
            {
                Filter = TraceFilter.Parse(resource, q, errors, double.TryParse(min, CultureInfo.InvariantCulture, out var least) ? least : null, sort),
                After = TraceCursor.Parse(after),
            }));
        routes.MapGet("/traces/{id}", (string id, string? span, int? from) =>
            new RazorComponentResult<TracePage>(new
            {
                Id = UInt128.TryParse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var traceId) ? traceId : 0,
                Selected = ulong.TryParse(span, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var spanId) ? spanId : 0,
                From = from,
            }));
        routes.MapPost("/traces/clear", (TelemetryStore store) =>
        {
            store.Traces.Clear();
            return Results.Redirect("/traces");
        });
    }
}

using Aspire.Dashboard.ConsoleLogs;
using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.Resources;
using Aspire.Dashboard.StructuredLogs;
using Aspire.Dashboard.Traces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Layout;

/// <summary>Every page and what it reads from its address.</summary>
internal static class Pages
{
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Results.Redirect("/resources"));
        routes.MapResources();
        routes.MapConsoleLogs();
        routes.MapStructuredLogs();
        routes.MapTraces();
        routes.MapMetrics();
    }
}

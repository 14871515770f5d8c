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
    }
}

using Aspire.Dashboard.Layout;
using Aspire.Dashboard.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Resources;

/// <summary>The page of resources, their commands, and the values of hidden variables.</summary>
internal static class ResourcesApi
{
    public static void MapResources(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/resources", (string? view, string? resource) => new RazorComponentResult<ResourcesPage>(new { View = view == "graph" ? "graph" : "table", Selected = resource }));
        routes.MapPost("/resources/{name}/commands/{command}", ExecuteAsync);
        routes.MapGet("/resources/{name}/variables/{variable}", Reveal);
    }

    private static async Task<IResult> ExecuteAsync(string name, string command, HttpContext context, ResourceBoard board, StopSignal stopping)
    {
        // Leaving the page must not leave a restart half done.
        var known = board.Find(name)?.Commands.Any(c => c.Name == command && c.IsEnabled) == true;
        var outcome = known ? await board.ExecuteAsync(name, command, stopping.Token) : new(false, $"'{name}' has no command '{command}' now.");

        // The script asks for JSON and shows the message in place; a plain form comes back to the page.
        return context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal)
            ? Results.Json(outcome, statusCode: known ? StatusCodes.Status200OK : StatusCodes.Status409Conflict)
            : Results.Redirect(PageUrl.To("/resources", ("resource", name)).ToString());
    }

    private static IResult Reveal(string name, string variable, ResourceBoard board) =>
        board.Find(name)?.Environment.FirstOrDefault(v => v.Name == variable) is { } found ? Results.Text(found.Value ?? "") : Results.NotFound();
}

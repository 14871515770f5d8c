using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Access;
using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Versions;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>
/// The short paths of the operators' playbook; the organization is the caller's. What is posted takes effect: re-submitting
/// the last good payload is how the playbook rolls back, so here an older version becomes active too.
/// </summary>
public static class SeedPathsApi
{
    public static void MapSeedPaths(this IEndpointRouteBuilder routes)
    {
        var workflows = routes.MapGroup("/workflows").WithTags("Playbook paths");
        workflows.MapPost("/", ApplyAsync).RequireScope(Scopes.WorkflowsWrite);
        workflows.MapMethods("/{slug}", [HttpMethods.Get, HttpMethods.Head], ExportAsync).RequireScope(Scopes.WorkflowsRead);
    }

    private static Task<Results<Ok<AppliedView>, Created<AppliedView>, ProblemHttpResult>> ApplyAsync(
        bool? force, bool? activate, HttpContext http, DocumentReader documents, ApplyWorkflow apply, EnvironmentChain chain,
        CancellationToken stop) =>
        WorkflowsApi.ApplyAsync(
            OrgOf(http), force, activate ?? http.Caller().MayUse(chain.First), http, documents, apply, chain, stop);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ExportAsync(
        string slug, string? version, string? environment, PickVersion versions, HttpContext http, CancellationToken stop) =>
        await versions.PickAsync(OrgOf(http), slug, version, environment, stop) switch
        {
            { IsFound: true } picked => VersionsApi.Canonical(picked.Version, http.Response, forever: false),
            var missing => missing.Refused!,
        };

    // An administrator's token spans every organization; the short paths then mean the one that always exists.
    private static string OrgOf(HttpContext http) => http.Caller().Org is Caller.EveryOrg ? "default" : http.Caller().Org;
}

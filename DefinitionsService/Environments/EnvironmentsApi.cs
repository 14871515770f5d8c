using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Access;
using Switchyard.DefinitionsService.Organizations;
using Switchyard.DefinitionsService.Workflows;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Environments;

/// <summary>Which version of a workflow each environment of the chain runs.</summary>
public static class EnvironmentsApi
{
    public static void MapEnvironments(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/orgs/{org}/workflows/{slug}/environments", ListAsync).WithTags("Environments")
            .RequireOrg().RequireKnownOrg().RequireScope(Scopes.WorkflowsRead);

    private static async Task<Results<Ok<EnvironmentsView>, ProblemHttpResult>> ListAsync(
        string org, string slug, WorkflowStore workflows, EnvironmentStore environments, EnvironmentChain chain, CancellationToken stop)
    {
        if (await workflows.FindAsync(org, slug, stop) is not { } workflow)
        {
            return Unknown.Workflow(org, slug);
        }

        var active = (await environments.OfAsync(org, [slug], stop))[slug].ToDictionary(one => one.Environment, StringComparer.Ordinal);
        return TypedResults.Ok(new EnvironmentsView(slug, workflow.LatestVersion, [.. chain.All.Select(name =>
        {
            var here = active.GetValueOrDefault(name);
            var before = chain.Before(name);
            return new EnvironmentView(
                name, before, here?.Version, here?.Digest, here?.ActivatedBy, here?.ActivatedAt,
                before is null ? workflow.LatestVersion != here?.Version : active.GetValueOrDefault(before)?.Version != here?.Version);
        })]));
    }
}

/// <summary>The chain of a workflow's environments, first to last.</summary>
public sealed record EnvironmentsView(string Workflow, string LatestVersion, IReadOnlyList<EnvironmentView> Environments);

/// <summary>One environment: what it runs, and whether that differs from what the one before it runs (the first: from the latest version).</summary>
public sealed record EnvironmentView(
    string Name, string? After, string? Version, string? Digest, string? ActivatedBy, DateTimeOffset? ActivatedAt, bool Differs);

using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Organizations;
using Switchyard.DefinitionsService.Versions;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>The catalogue over HTTP: list, look at, lint, apply.</summary>
public static class WorkflowsApi
{
    public static void MapWorkflows(this IEndpointRouteBuilder routes)
    {
        var workflows = routes.MapGroup("/v1/orgs/{org}/workflows").WithTags("Workflows")
            .RequireOrg().RequireKnownOrg();
        workflows.MapGet("/", ListAsync).RequireScope(Scopes.WorkflowsRead);
        workflows.MapPost("/", ApplyAsync).RequireScope(Scopes.WorkflowsWrite);
        workflows.MapPost("/lint", LintAsync).RequireScope(Scopes.WorkflowsRead);
        workflows.MapGet("/{slug}", FindAsync).RequireScope(Scopes.WorkflowsRead);
    }

    private static async Task<Results<Ok<Page<WorkflowView>>, ProblemHttpResult>> ListAsync(
        string org, [AsParameters] WorkflowListQuery query, WorkflowStore workflows, EnvironmentStore environments, CancellationToken stop)
    {
        if (!query.TryRead(out var page, out var filter, out var refused))
        {
            return refused;
        }

        var rows = await workflows.ListAsync(org, filter, page.After ?? "", page.Take, stop);
        var active = await environments.OfAsync(org, [.. rows.Select(row => row.Slug)], stop);
        return TypedResults.Ok(page.Of(rows, row => row.Slug, row => WorkflowView.Of(row, active[row.Slug])));
    }

    private static async Task<Results<Ok<WorkflowView>, ProblemHttpResult>> FindAsync(
        string org, string slug, WorkflowStore workflows, VersionStore versions, EnvironmentStore environments,
        HttpResponse response, CancellationToken stop)
    {
        if (await workflows.FindAsync(org, slug, stop) is not { } workflow
            || await versions.FindAsync(org, slug, workflow.LatestVersion, stop) is not { } latest)
        {
            return Unknown.Workflow(org, slug);
        }

        var active = await environments.OfAsync(org, [slug], stop);
        response.Headers.ETag = workflow.ETag;
        return TypedResults.Ok(WorkflowView.Of(workflow, active[slug]) with
        {
            Digest = latest.Digest,
            Definition = JsonElement.Parse(latest.Document),
        });
    }

    private static async Task<Results<Ok<LintView>, ProblemHttpResult>> LintAsync(
        string org, HttpRequest request, DocumentReader documents, CancellationToken stop) =>
        await documents.ReadAsync(org, request, stop) switch
        {
            Draft.NotRead unread => unread.Problem,
            Draft.Faulty faulty => TypedResults.Ok(new LintView(false, null, null, null, faulty.Diagnostics)),
            Draft.Sound sound => TypedResults.Ok(new LintView(
                true, sound.Document.Slug, sound.Document.Version, sound.Digest, sound.Diagnostics)),
            _ => throw new UnreachableException(),
        };

    /// <summary>Also answers the seed path, which has the organization from the caller.</summary>
    internal static async Task<Results<Ok<AppliedView>, Created<AppliedView>, ProblemHttpResult>> ApplyAsync(
        string org, bool? force, bool? activate, HttpContext http, DocumentReader documents, ApplyWorkflow apply, EnvironmentChain chain,
        CancellationToken stop)
    {
        var mayActivate = http.Caller().MayUse(chain.First);
        if (activate == true && !mayActivate)
        {
            return Problem.Of(
                StatusCodes.Status403Forbidden, ProblemCodes.InsufficientScope, "The token is for other environments",
                $"This token may not change '{chain.First}'. Apply without activate=true to store the version only.");
        }

        var draft = await documents.ReadAsync(org, http.Request, stop);
        if (draft is not Draft.Sound sound)
        {
            return ApplyAnswers.Refuse(draft);
        }

        var submission = new Submission(
            org, sound.Document, sound.CanonicalJson, sound.Digest, force ?? false, mayActivate ? activate : false, Precondition.Of(http.Request));
        var outcome = await apply.ApplyAsync(submission, http.Caller(), stop);
        return ApplyAnswers.Of(outcome, submission, sound.Diagnostics, http.Response);
    }
}

using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Organizations;
using Switchyard.DefinitionsService.Workflows;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Versions;

/// <summary>The immutable versions of a workflow: list, fetch, export, compare.</summary>
public static class VersionsApi
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapVersions(this IEndpointRouteBuilder routes)
    {
        var workflow = routes.MapGroup("/v1/orgs/{org}/workflows/{slug}").WithTags("Versions")
            .RequireOrg().RequireKnownOrg();
        workflow.MapGet("/versions", ListAsync).RequireScope(Scopes.WorkflowsRead);
        workflow.MapMethods("/versions/{version}", Reading, FindAsync).RequireScope(Scopes.WorkflowsRead);
        workflow.MapMethods("/export", Reading, ExportAsync).RequireScope(Scopes.WorkflowsRead);
        workflow.MapGet("/compare", CompareAsync).RequireScope(Scopes.WorkflowsRead);
    }

    private static async Task<Results<Ok<Page<VersionView>>, ProblemHttpResult>> ListAsync(
        string org, string slug, [AsParameters] PageQuery query, WorkflowStore workflows, VersionStore versions,
        EnvironmentStore environments, CancellationToken stop)
    {
        if (!query.TryRead(out var page, out var refused))
        {
            return refused;
        }

        if (await workflows.FindAsync(org, slug, stop) is not { } workflow)
        {
            return Unknown.Workflow(org, slug);
        }

        var rows = await versions.ListAsync(org, slug, page.After, page.Take, stop);
        var active = (await environments.OfAsync(org, [slug], stop))[slug].ToLookup(one => one.Version, one => one.Environment);
        return TypedResults.Ok(page.Of(rows, row => row.VersionSort, row => new VersionView(
            row.Version, row.Digest, row.Version == workflow.LatestVersion, [.. active[row.Version]], row.CreatedBy, row.CreatedAt)));
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> FindAsync(
        string org, string slug, string version, PickVersion versions, HttpResponse response, CancellationToken stop) =>
        await versions.PickAsync(org, slug, version, environment: null, stop) switch
        {
            { IsFound: true } picked => Canonical(picked.Version, response, forever: true),
            var missing => missing.Refused!,
        };

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ExportAsync(
        string org, string slug, string? version, string? environment, PickVersion versions, HttpResponse response,
        CancellationToken stop) =>
        await versions.PickAsync(org, slug, version, environment, stop) switch
        {
            { IsFound: true } picked => Canonical(picked.Version, response, forever: false, $"{slug}-{picked.Version.Version}.json"),
            var missing => missing.Refused!,
        };

    /// <summary>The stored bytes, as the digest covers them. Answers If-None-Match with 304.</summary>
    internal static FileContentHttpResult Canonical(StoredVersion version, HttpResponse response, bool forever, string? fileName = null)
    {
        response.Headers.CacheControl = forever ? "private, max-age=31536000, immutable" : "private, no-cache";
        response.Headers["X-Workflow-Version"] = version.Version;
        return TypedResults.File(
            Encoding.UTF8.GetBytes(version.Document), "application/json", fileName, entityTag: new EntityTagHeaderValue(version.ETag));
    }

    private static async Task<Results<Ok<ComparisonView>, ProblemHttpResult>> CompareAsync(
        string org, string slug, string? from, string? to, PickVersion pick, VersionStore versions, CancellationToken stop)
    {
        var newer = await pick.PickAsync(org, slug, to, environment: null, stop);
        if (!newer.IsFound)
        {
            return newer.Refused;
        }

        // Without "from": what the newer one was compared with when it was applied.
        var older = from is not null
            ? await pick.PickAsync(org, slug, from, environment: null, stop)
            : await versions.FindBaselineAsync(org, slug, newer.Version.VersionSort, stop) is { } baseline
                ? new Picked(baseline, null)
                : new Picked(null, Unknown.Baseline(slug, newer.Version.Version));
        if (!older.IsFound)
        {
            return older.Refused;
        }

        var report = Compatibility.Compare(older.Version.Read(), newer.Version.Read());
        return TypedResults.Ok(new ComparisonView(
            slug, new(older.Version.Version, older.Version.Digest), new(newer.Version.Version, newer.Version.Digest),
            report.IsBreaking, NextVersion.After(older.Version, report), report.Changes));
    }
}

/// <summary>A version in a list.</summary>
public sealed record VersionView(
    string Version, string Digest, bool Latest, IReadOnlyList<string> ActiveIn, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>One side of a comparison.</summary>
public sealed record ComparedVersion(string Version, string Digest);

/// <summary>What changed between two versions, and the version number that such a change asks for.</summary>
public sealed record ComparisonView(
    string Workflow, ComparedVersion From, ComparedVersion To, bool IsBreaking, string SuggestedVersion,
    IReadOnlyList<CompatibilityChange> Changes);

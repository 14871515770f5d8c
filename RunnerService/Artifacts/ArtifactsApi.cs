using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.ServiceDefaults;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>Lists and hands out what runs left behind.</summary>
public static partial class ArtifactsApi
{
    private const int MaxPage = 200;

    public static IEndpointRouteBuilder MapArtifacts(this IEndpointRouteBuilder routes)
    {
        var artifacts = routes.MapGroup("/v1/orgs/{org}/runs/{id:guid}/artifacts").WithTags("Artifacts").RequireOrg().RequireScope(Scopes.RunsRead);
        artifacts.MapGet("/", ListAsync);
        artifacts.MapMethods("/{name}", [HttpMethods.Get, HttpMethods.Head], DownloadAsync);

        routes.MapGet("/runs/{id:guid}/artifacts", ListOfCallerAsync).WithTags("Artifacts").RequireScope(Scopes.RunsRead);
        return routes;
    }

    private static async Task<Results<Ok<Page<ArtifactView>>, ProblemHttpResult>> ListAsync(
        string org, Guid id, ArtifactStore store, CancellationToken stop, string? cursor = null, int limit = 50)
    {
        if (limit is < 1 or > MaxPage) return Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.BadLimit, "The limit is out of range", $"A page holds 1 to {MaxPage} artifacts.");

        string[] after = [];
        if (cursor is not null && !Cursor.TryDecode(cursor, 1, out after)) return Cursor.Bad();

        var rows = await store.ListAsync(org, id, after.FirstOrDefault(), limit + 1, stop);
        if (rows is null) return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.RunNotFound, "There is no such run", $"Run {id} does not exist.");

        var page = rows.Take(limit).Select(artifact => artifact.ToView()).ToArray();
        return TypedResults.Ok(new Page<ArtifactView>(page, rows.Count > limit ? Cursor.Encode(page[^1].Name) : null));
    }

    /// <summary>The path of old, where the org is the caller's own.</summary>
    private static Task<Results<Ok<Page<ArtifactView>>, ProblemHttpResult>> ListOfCallerAsync(
        Guid id, HttpContext http, ArtifactStore store, CancellationToken stop, string? cursor = null, int limit = 50) =>
        ListAsync(http.Caller().Org, id, store, stop, cursor, limit);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        string org, Guid id, string name, HttpContext http, ArtifactStore store, IConfiguration configuration, ILoggerFactory logs, CancellationToken stop)
    {
        // Read each time, so that the switch works without a restart.
        var log = configuration.GetValue("WORKFLOWS_ARTIFACTS_DEBUG", defaultValue: false) ? logs.CreateLogger("Switchyard.RunnerService.Artifacts") : null;
        var range = http.Request.Headers.Range.ToString();

        var artifact = await store.FindAsync(org, id, name, stop);
        if (artifact is null)
        {
            if (log is not null) Log.NotFound(log, org, id, name);
            return NotFound(name, "does not exist in this run");
        }

        FileStream? content;
        try
        {
            content = store.Open(artifact);
        }
        catch (ArtifactOutsideException e)
        {
            if (log is not null) Log.Outside(log, org, id, name, artifact.Workdir, artifact.Path, e.Message);
            return NotFound(name, "is not where it was recorded");
        }

        if (content is null)
        {
            if (log is not null) Log.Gone(log, org, id, name, artifact.Workdir, artifact.Path);
            return NotFound(name, "is no longer on the disk");
        }

        if (log is not null) Log.Sent(log, org, id, name, artifact.Workdir, artifact.Path, range);

        // What a workflow wrote is somebody else's content: a browser stores it and neither guesses its type nor runs it.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Stream(
            content,
            artifact.ContentType,
            artifact.Name,
            artifact.CreatedAt,
            new EntityTagHeaderValue($"\"{artifact.Sha256}\""),
            enableRangeProcessing: true);
    }

    private static ProblemHttpResult NotFound(string name, string why) => Problem.Of(
        StatusCodes.Status404NotFound, ProblemCodes.ArtifactNotFound, "There is no such artifact", $"The artifact '{name}' {why}.");

    private static partial class Log
    {
        [LoggerMessage(2701, LogLevel.Information, "Artifact {Org}/{Run}/{Name}: no such row for this org.")]
        public static partial void NotFound(ILogger log, string org, Guid run, string name);

        [LoggerMessage(2702, LogLevel.Information, "Artifact {Org}/{Run}/{Name}: refused, workdir {Workdir}, path {Path}: {Reason}")]
        public static partial void Outside(ILogger log, string org, Guid run, string name, string workdir, string path, string reason);

        [LoggerMessage(2703, LogLevel.Information, "Artifact {Org}/{Run}/{Name}: the file is gone, workdir {Workdir}, path {Path}.")]
        public static partial void Gone(ILogger log, string org, Guid run, string name, string workdir, string path);

        [LoggerMessage(2704, LogLevel.Information, "Artifact {Org}/{Run}/{Name}: sent from workdir {Workdir}, path {Path}, range '{Range}'.")]
        public static partial void Sent(ILogger log, string org, Guid run, string name, string workdir, string path, string range);
    }
}

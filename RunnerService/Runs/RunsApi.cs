using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Control;
using Switchyard.RunnerService.Execution;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Runs;

/// <summary>Runs over HTTP.</summary>
public static class RunsApi
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var org = routes.MapGroup("/v1/orgs/{org}").WithTags("Runs").RequireOrg();
        org.MapPost("/workflows/{slug}/runs", StartAsync).RequireScope(Scopes.RunsWrite);
        org.MapGet("/runs", ListAsync).RequireScope(Scopes.RunsRead);
        org.MapGet("/runs/{id:guid}", FindAsync).RequireScope(Scopes.RunsRead);
        org.MapGet("/runs/{id:guid}/steps", StepsAsync).RequireScope(Scopes.RunsRead);
        org.MapPost("/runs/{id:guid}/cancel", CancelAsync).RequireScope(Scopes.RunsWrite);

        // Paths of the runbooks; the organization comes from the token.
        routes.MapGet("/api/v1/workflows/runs", (HttpContext http, RunStore store, [AsParameters] ListQuery query, CancellationToken stop) =>
            ListAsync(OwnOrg(http), http, store, query, stop)).WithTags("Runs").RequireScope(Scopes.RunsRead);
        routes.MapGet("/workflow-runs/{id:guid}", (HttpContext http, Guid id, RunStore store, CancellationToken stop) =>
            FindAsync(http.Caller().Org, id, store, stop)).WithTags("Runs").RequireScope(Scopes.RunsRead);
        routes.MapPatch("/workflow-runs/{id:guid}", PatchAsync).WithTags("Runs").RequireScope(Scopes.RunsWrite);
    }

    private static async Task<IResult> StartAsync(
        string org, string slug, HttpContext http, StartRun start, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] StartRunRequest? request, bool? dryRun, CancellationToken stop)
    {
        request ??= new StartRunRequest();
        var caller = http.Caller();
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 200) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The idempotency key is too long", "Use at most 200 characters.", [new("/headers/Idempotency-Key", "at most 200 characters")]); }
        if (request.Priority is < -100 or > 100) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The priority is out of range", "Use a priority from -100 to 100.", [new("/priority", "from -100 to 100")]); }
        if (!caller.MayUse(request.Environment ?? "dev")) { return Problem.Of(403, ProblemCodes.InsufficientScope, "The token is limited to other environments", $"Ask for a token for '{request.Environment ?? "dev"}'.", [new("/environment", "not allowed for this token")]); }
        var origin = new StartRun.Origin(caller.Subject, "api", key.Length == 0 ? null : key, Activity.Current?.Id);
        if (dryRun == true) { return await DryRunAsync(org, slug, http, start, request, origin, stop); }
        return Answer(await start.StartAsync(org, slug, request, origin, stop), http);
    }

    /// <summary>What a request to start a run is answered with.</summary>
    internal static IResult Answer(StartOutcome outcome, HttpContext http) => outcome switch
    {
        StartOutcome.Started started => TypedResults.Created(Location(started.Run.Org, started.Run.Id), View(started.Run)),
        StartOutcome.Repeated repeated => TypedResults.Ok(repeated.Run.ToView()),
        _ => Refusal(outcome, http),
    };

    private static async Task<IResult> DryRunAsync(string org, string slug, HttpContext http, StartRun start, StartRunRequest request, StartRun.Origin origin, CancellationToken stop) =>
        await start.PrepareAsync(org, slug, request, origin, stop) switch
        {
            Prepared.Ready ready => TypedResults.Ok(DryRunView.Of(ready.Run, ready.Plan)),
            Prepared.Refused refused => Refusal(refused.Why, http),
            _ => throw new UnreachableException(),
        };

    /// <summary>The problem that a refused start is.</summary>
    internal static IResult Refusal(StartOutcome outcome, HttpContext http)
    {
        if (outcome is StartOutcome.QueueUnavailable or StartOutcome.DatabaseUnavailable) { http.Response.Headers.RetryAfter = "1"; }
        if (outcome is StartOutcome.NotAdmitted { RetryAfter: { } pause }) { http.Response.Headers.RetryAfter = $"{Math.Ceiling(pause.TotalSeconds):0}"; }
        return outcome switch
        {
            StartOutcome.UnknownWorkflow it => Problem.Of(404, ProblemCodes.WorkflowNotFound, "There is no such workflow", $"No workflow '{it.Slug}' exists in this organization: apply it first."),
            StartOutcome.UnknownVersion it => Problem.Of(404, ProblemCodes.VersionNotFound, "There is no such version", $"Workflow '{it.Slug}' has no version {it.Version}.", [new("/version", "no such version")]),
            StartOutcome.NotActive it => Problem.Of(409, ProblemCodes.EnvironmentNotFound, "No version is active there", $"No version of '{it.Slug}' is active in '{it.Environment}': promote one, or name a version.", [new("/environment", "no active version")]),
            StartOutcome.Invalid it => Problem.Of(422, ProblemCodes.InvalidParameters, "The parameters do not fit the workflow", it.Errors[0].Message, it.Errors),
            StartOutcome.KeyConflict => Problem.Of(409, ProblemCodes.IdempotencyConflict, "The idempotency key belongs to another request", "The key was used with other parameters before: use a new key for a new request."),
            StartOutcome.QueueUnavailable it => Problem.Of(503, ProblemCodes.QueueUnavailable, "The queue is not available", $"The run was not created: {it.Reason}. Try again in a moment."),
            StartOutcome.NotAdmitted it => Problem.Of(it.Code switch { ProblemCodes.RateLimited => 429, ProblemCodes.Paused => 503, _ => 409 }, it.Code, "The run is not admitted", it.Why),
            StartOutcome.DatabaseUnavailable => Problem.Of(503, ProblemCodes.DatabaseUnavailable, "The database is not available", "The run could not be stored. Try again with the same Idempotency-Key."),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<IResult> ListAsync(string org, HttpContext http, RunStore store, [AsParameters] ListQuery query, CancellationToken stop)
    {
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > 200) { return Problem.Of(400, ProblemCodes.BadLimit, "The limit is out of range", "Use a limit from 1 to 200.", [new("/limit", "from 1 to 200")]); }
        if (query.Status is { } status && !RunStatuses.TryParseRun(status, out _)) { return Problem.Of(400, ProblemCodes.InvalidRequest, "There is no such status", $"'{status}' is none of {string.Join(", ", Enum.GetValues<RunStatus>().Select(one => one.ToWire()))}.", [new("/status", "unknown status")]); }
        Guid? before = null;
        if (query.Cursor is { Length: > 0 } cursor)
        {
            if (!Cursor.TryDecode(cursor, 1, out var parts) || !Guid.TryParse(parts[0], out var id)) { return Cursor.Bad(); }
            before = id;
        }
        var rows = await store.ListAsync(org, new RunFilter(query.Workflow, query.Status, query.Owner, query.Environment), before, limit + 1, stop);
        var page = rows.Take(limit).Select(run => run.ToView()).ToArray();
        return TypedResults.Ok(new Page<RunView>(page, rows.Count > limit ? Cursor.Encode(page[^1].Id.ToString()) : null));
    }

    private static async Task<IResult> FindAsync(string org, Guid id, RunStore store, CancellationToken stop) =>
        await store.FindAsync(org, id, stop) is { } run ? TypedResults.Ok(run.ToView()) : NotFound(id);

    private static async Task<IResult> StepsAsync(string org, Guid id, RunStore store, JobStore jobs, string? cursor, int? limit, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is null) { return NotFound(id); }
        var (step, item, size) = ("", int.MinValue, limit ?? 200);
        if (size is < 1 or > 1000) { return Problem.Of(400, ProblemCodes.BadLimit, "The limit is out of range", "Use a limit from 1 to 1000.", [new("/limit", "from 1 to 1000")]); }
        if (cursor is { Length: > 0 })
        {
            if (!Cursor.TryDecode(cursor, 2, out var parts) || !int.TryParse(parts[1], out item)) { return Cursor.Bad(); }
            step = parts[0];
        }
        var rows = await jobs.ListAsync(id, step, item, size + 1, stop);
        var page = rows.Take(size).ToArray();
        var next = rows.Count > size ? Cursor.Encode(page[^1].StepId, page[^1].Item.ToString()) : null;
        return TypedResults.Ok(new Page<JobView>([.. page.Select(View)], next));
    }

    private static async Task<IResult> CancelAsync(string org, Guid id, HttpContext http, CancelRun cancel, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] CancelRunRequest? request, CancellationToken stop)
    {
        var caller = http.Caller();
        var reason = request?.Reason is { Length: > 0 } given ? given : $"canceled by {caller.Subject}";
        return await cancel.CancelAsync(org, id, reason, run => Audit(caller, run, reason), stop) switch
        {
            CancelOutcome.Canceled canceled => TypedResults.Ok(canceled.Run.ToView()),
            CancelOutcome.Asked asked => TypedResults.Accepted(Location(asked.Run.Org, id), asked.Run.ToView()),
            CancelOutcome.AlreadyFinal final => Problem.Of(409, ProblemCodes.RunFinished, "The run has ended already", $"The run is {final.Run.Status}; nothing is left to cancel."),
            _ => NotFound(id),
        };
    }

    private static Task<IResult> PatchAsync(Guid id, HttpContext http, CancelRun cancel, CancelRunRequest request, CancellationToken stop) =>
        request.Status is "canceled"
            ? CancelAsync(http.Caller().Org, id, http, cancel, request, stop)
            : Task.FromResult<IResult>(Problem.Of(400, ProblemCodes.InvalidRequest, "A run can only be patched to canceled", "Send {\"status\":\"canceled\"}.", [new("/status", "must be \"canceled\"")]));

    private static AuditEntry Audit(Caller caller, Run run, string reason) => new()
    {
        Org = run.Org,
        Actor = caller.Subject,
        TokenId = caller.TokenId,
        Action = "run.canceled",
        Resource = $"runs/{run.Id}",
        Ip = caller.IpAddress,
        DetailJson = JsonSerializer.Serialize(new { before = run.Status, reason }),
    };

    internal static string Location(string org, Guid id) => $"/v1/orgs/{org}/runs/{id}";

    // Admins of every organization see the default one under the paths that name none.
    private static string OwnOrg(HttpContext http) => http.Caller().Org is var org && org == Caller.EveryOrg ? "default" : org;

    internal static IResult NotFound(Guid id) => Problem.Of(404, ProblemCodes.RunNotFound, "There is no such run", $"No run {id} exists in this organization.");

    private static RunView View(Journal.NewRun run) => new()
    {
        Id = run.Id, Org = run.Org, Workflow = run.Workflow, Version = run.Version, Environment = run.Environment,
        Status = run.Status == "waiting" ? RunStatus.Waiting : RunStatus.Queued,
        Mode = run.Mode == "legacy" ? EngineMode.Legacy : EngineMode.Queue, ModeReason = run.ModeReason, Trigger = run.Trigger, Owner = run.Owner,
        Priority = run.Priority, WaitingReason = run.WaitingReason, Parameters = JsonElement.Parse(run.Parameters),
        Labels = run.Labels is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(run.Labels), CreatedAt = run.CreatedAt, RunAt = run.RunAt,
    };

    private static JobView View(JobRow row) => new()
    {
        StepId = row.StepId, Item = row.Item < 0 ? null : row.Item, Action = row.ActionType,
        Status = RunStatuses.TryParseJob(row.Status, out var status) ? status : throw new InvalidDataException($"There is no job status '{row.Status}'."),
        Attempts = row.Attempts, MaxAttempts = row.MaxAttempts, Output = row.OutputJson is null ? null : JsonElement.Parse(row.OutputJson),
        Error = row.Status == "skipped" ? null : row.Error, Reason = row.Status == "skipped" ? row.Error?.Message : null,
        History = row.HistoryJson is null ? null : JsonElement.Parse(row.HistoryJson),
        RunAt = row.RunAt.Year >= 9999 ? null : row.RunAt, StartedAt = row.StartedAt, FinishedAt = row.FinishedAt,
    };

    /// <summary>Filters and page of a list.</summary>
    public sealed record ListQuery(string? Workflow, string? Status, string? Owner, string? Environment, string? Cursor, int? Limit);
}

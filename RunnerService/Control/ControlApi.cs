using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;
using Switchyard.RunnerService.Runs;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Control;

/// <summary>Control of a run over HTTP: pause, resume, retry, rerun.</summary>
public static class ControlApi
{
    public static void MapControl(this IEndpointRouteBuilder routes)
    {
        var run = routes.MapGroup("/v1/orgs/{org}/runs/{id:guid}").WithTags("Runs").RequireOrg();
        run.MapPost("/pause", PauseAsync).RequireScope(Scopes.RunsWrite);
        run.MapPost("/resume", ResumeAsync).RequireScope(Scopes.RunsWrite);
        run.MapPost("/retry", RetryAsync).RequireScope(Scopes.RunsWrite);
        run.MapPost("/rerun", RerunAsync).RequireScope(Scopes.RunsWrite);
    }

    private static async Task<IResult> PauseAsync(
        string org, Guid id, HttpContext http, PauseRun pause, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] PauseRequest? request, CancellationToken stop)
    {
        var caller = http.Caller();
        var reason = request?.Reason is { Length: > 0 } given ? given : $"paused by {caller.Subject}";
        return Reply(await pause.PauseAsync(org, id, reason, run => Entry(caller, run, "run.paused", new { before = run.Status, reason }), stop), id, "only a run that has not ended can be paused");
    }

    private static async Task<IResult> ResumeAsync(string org, Guid id, HttpContext http, PauseRun pause, CancellationToken stop)
    {
        var caller = http.Caller();
        return Reply(await pause.ResumeAsync(org, id, run => Entry(caller, run, "run.resumed", new { before = run.Status }), stop), id, "only a paused run can be resumed");
    }

    private static async Task<IResult> RetryAsync(string org, Guid id, HttpContext http, RetryRun retry, CancellationToken stop)
    {
        var caller = http.Caller();
        return Reply(
            await retry.RetryAsync(org, id, run => Entry(caller, run, "run.retried", new { before = run.Status }), stop), id,
            "only a run that failed, timed out or was canceled can be retried");
    }

    private static async Task<IResult> RerunAsync(
        string org, Guid id, HttpContext http, Rerun rerun, StartRun start, RunStore store, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] RerunRequest? request, CancellationToken stop)
    {
        request ??= new RerunRequest();
        var caller = http.Caller();
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 200) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The idempotency key is too long", "Use at most 200 characters.", [new("/headers/Idempotency-Key", "at most 200 characters")]); }
        if (await store.FindAsync(org, id, stop) is { } source && !caller.MayUse(source.Environment))
        {
            return Problem.Of(403, ProblemCodes.InsufficientScope, "The token is limited to other environments", $"Ask for a token for '{source.Environment}'.");
        }
        var outcome = await rerun.PrepareAsync(org, id, request, caller.Subject, key.Length == 0 ? null : key, (of, run) => Entry(caller, of, "run.rerun", new
        {
            run = run.Id, request.FromStep, run.Version, before = of.Version, parameters = request.Parameters is null ? "same" : "other",
        }), stop);
        return outcome switch
        {
            RerunOutcome.Ready ready when request.DryRun => TypedResults.Ok(DryRunView.Of(ready.Run, ready.Plan)),
            RerunOutcome.Ready ready => RunsApi.Answer(await start.StoreAsync(ready.Run, stop), http),
            RerunOutcome.Refused refused => RunsApi.Refusal(refused.Why, http),
            RerunOutcome.Unknown => RunsApi.NotFound(id),
            _ => throw new UnreachableException(),
        };
    }

    private static IResult Reply(ControlOutcome outcome, Guid id, string rule) => outcome switch
    {
        ControlOutcome.Done done => TypedResults.Ok(done.Run.ToView()),
        ControlOutcome.Asked asked => TypedResults.Accepted(RunsApi.Location(asked.Run.Org, id), asked.Run.ToView()),
        ControlOutcome.NotNow it when it.Run.FinishedAt is not null => Problem.Of(409, ProblemCodes.RunFinished, "The run has ended already", $"The run is {it.Run.Status}: {rule}."),
        ControlOutcome.NotNow it => Problem.Of(409, ProblemCodes.Conflict, "The run does not allow this now", $"The run is {it.Run.Status}: {rule}."),
        _ => RunsApi.NotFound(id),
    };

    private static AuditEntry Entry(Caller caller, Run run, string action, object detail) => new()
    {
        Org = run.Org, Actor = caller.Subject, TokenId = caller.TokenId, Action = action, Resource = $"runs/{run.Id}", Ip = caller.IpAddress,
        DetailJson = JsonSerializer.Serialize(detail, WireJson.Options),
    };

    /// <summary>A word to a pause.</summary>
    public sealed record PauseRequest(string? Reason);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.RunnerService.Runs;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Signals;

/// <summary>Answers for steps that wait: signals from systems, decisions from people.</summary>
public static class SignalsApi
{
    public static void MapSignals(this IEndpointRouteBuilder routes)
    {
        var run = routes.MapGroup("/v1/orgs/{org}/runs/{id:guid}").WithTags("Runs").RequireOrg();
        run.MapPost("/signals/{name}", SignalAsync).RequireScope(Scopes.RunsWrite);
        run.MapPost("/approvals/{step}", DecideAsync).RequireScope(Scopes.RunsWrite);
    }

    private static async Task<IResult> SignalAsync(
        string org, Guid id, string name, HttpContext http, AnswerWait waits, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] JsonElement? data, CancellationToken stop)
    {
        var caller = http.Caller();
        var answer = new AnswerWait.Answer(
            "signal", name, "signal", data is { ValueKind: not JsonValueKind.Undefined } given ? JsonSerializer.SerializeToNode(given) : new JsonObject(),
            static _ => null, (of, step) => Entry(caller, of, "run.signaled", new { signal = name, step }));
        return Reply(await waits.GiveAsync(org, id, answer, stop), id, $"the signal '{name}'");
    }

    private static async Task<IResult> DecideAsync(string org, Guid id, string step, HttpContext http, AnswerWait waits, TimeProvider time, DecisionRequest request, CancellationToken stop)
    {
        var outcome = request.Decision switch { "approve" or "approved" => "approved", "reject" or "rejected" => "rejected", _ => null };
        if (outcome is null) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The decision is missing", "Send {\"decision\":\"approve\"} or {\"decision\":\"reject\"}.", [new("/decision", "must be approve or reject")]); }
        var caller = http.Caller();
        var decision = new JsonObject { ["outcome"] = outcome, ["by"] = caller.Subject, ["comment"] = request.Comment, ["at"] = time.GetUtcNow().ToString("O") };
        var answer = new AnswerWait.Answer("approval", step, "decision", decision, state => WhyNot(caller, state), (of, _) => Entry(caller, of, "run.approval_decided", new { step, outcome, request.Comment }));
        return Reply(await waits.GiveAsync(org, id, answer, stop), id, $"an approval at step '{step}'");
    }

    // The step names roles or people; naming none leaves the decision to everyone who may write runs.
    private static string? WhyNot(Caller caller, JsonObject state)
    {
        if (state["approvers"] is not JsonArray { Count: > 0 } approvers) { return null; }
        var names = approvers.Select(one => (string?)one).ToArray();
        return names.Any(name => name == caller.Subject || caller.Roles.Contains(name, StringComparer.Ordinal))
            ? null
            : $"This approval is for {string.Join(", ", names)}.";
    }

    private static IResult Reply(AnswerOutcome outcome, Guid id, string what) => outcome switch
    {
        AnswerOutcome.Given given => TypedResults.Ok(new { runId = id, given.StepId }),
        AnswerOutcome.NotAwaited it => Problem.Of(409, ProblemCodes.Conflict, "Nobody waits for this", $"No step of the run waits for {what}; the run is {it.RunStatus}."),
        AnswerOutcome.NotAllowed it => Problem.Of(403, ProblemCodes.InsufficientScope, "The decision is not yours", it.Why),
        _ => RunsApi.NotFound(id),
    };

    private static AuditEntry Entry(Caller caller, Run run, string action, object detail) => new()
    {
        Org = run.Org, Actor = caller.Subject, TokenId = caller.TokenId, Action = action, Resource = $"runs/{run.Id}", Ip = caller.IpAddress,
        DetailJson = JsonSerializer.Serialize(detail),
    };

    /// <summary>A decision: <c>approve</c> or <c>reject</c>, and a word to it.</summary>
    public sealed record DecisionRequest(string? Decision, string? Comment);
}

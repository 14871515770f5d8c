using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Admission;

/// <summary>Limits and pauses of a workflow, an organization and the whole queue, and the drain of a worker, over HTTP.</summary>
public static class AdmissionApi
{
    public static void MapAdmission(this IEndpointRouteBuilder routes)
    {
        // Three scopes, the same verbs: the whole queue, an organization, a workflow of it.
        Scoped(routes.MapGroup("/v1/queue").WithTags("Admission").RequireEveryOrg(), whole: true);
        Scoped(routes.MapGroup("/v1/orgs/{org}").WithTags("Admission").RequireOrg(), whole: false);
        Scoped(routes.MapGroup("/v1/orgs/{org}/workflows/{slug}").WithTags("Admission").RequireOrg(), whole: false);

        var workers = routes.MapGroup("/v1/workers").WithTags("Admission").RequireScope(Scopes.OpsAdmin).RequireEveryOrg();
        workers.MapGet("", WorkersAsync);
        workers.MapPost("/{worker}/drain", (string worker, HttpContext http, Database database, AuditWriter audit, TimeProvider time, CancellationToken stop) =>
            DrainAsync(worker, true, http, database, audit, time, stop));
        workers.MapPost("/{worker}/resume", (string worker, HttpContext http, Database database, AuditWriter audit, TimeProvider time, CancellationToken stop) =>
            DrainAsync(worker, false, http, database, audit, time, stop));
    }

    private static void Scoped(RouteGroupBuilder group, bool whole)
    {
        group.MapGet("/limits", (HttpContext http, AdmissionRules rules) => TypedResults.Ok(View(rules, Scope.Of(http))))
            .RequireScope(whole ? Scopes.OpsAdmin : Scopes.RunsRead);
        group.MapPut("/limits", (HttpContext http, Changes changes, LimitsRequest request, CancellationToken stop) =>
            SetAsync(http, changes, request, stop)).RequireScope(Scopes.OpsAdmin);
        group.MapDelete("/limits", (HttpContext http, Changes changes, CancellationToken stop) =>
            changes.ApplyAsync(http, "limits.reset", _ => null, stop)).RequireScope(Scopes.OpsAdmin);
        group.MapPost("/pause", (HttpContext http, Changes changes, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] PauseScope? request, CancellationToken stop) =>
            request?.NewRuns is not (null or "wait" or "refuse")
                ? Task.FromResult<IResult>(Problem.Of(400, ProblemCodes.InvalidRequest, "What becomes of new runs is unclear", "Send {\"newRuns\":\"wait\"} or {\"newRuns\":\"refuse\"}.", [new("/newRuns", "must be wait or refuse")]))
                : changes.ApplyAsync(http, "queue.paused", rule => rule with { Paused = true, WhenFull = request?.NewRuns ?? rule.WhenFull }, stop)).RequireScope(Scopes.OpsAdmin);
        group.MapPost("/resume", (HttpContext http, Changes changes, CancellationToken stop) =>
            changes.ApplyAsync(http, "queue.resumed", rule => rule with { Paused = false }, stop)).RequireScope(Scopes.OpsAdmin);
    }

    private static Task<IResult> SetAsync(HttpContext http, Changes changes, LimitsRequest request, CancellationToken stop)
    {
        List<ProblemError> errors = [];
        if (request.MaxRuns is < 1 or > 1_000_000) { errors.Add(new("/maxRuns", "from 1 to 1000000")); }
        if (request.StartsPerMinute is < 1 or > 10_000_000) { errors.Add(new("/startsPerMinute", "from 1 to 10000000")); }
        if (request.StartsPerMinute is not null && Scope.Of(http).Workflow.Length > 0) { errors.Add(new("/startsPerMinute", "belongs to an organization, not to a workflow")); }
        if (request.Weight is < 1 or > 1000) { errors.Add(new("/weight", "from 1 to 1000")); }
        if (request.WhenFull is not (null or "wait" or "refuse")) { errors.Add(new("/whenFull", "must be wait or refuse")); }
        return errors.Count > 0
            ? Task.FromResult<IResult>(Problem.Of(400, ProblemCodes.InvalidRequest, "The limits are out of range", errors[0].Message, errors))
            : changes.ApplyAsync(http, "limits.set", rule => rule with
            {
                MaxRuns = request.MaxRuns, StartsPerMinute = request.StartsPerMinute, Weight = request.Weight ?? 1, WhenFull = request.WhenFull ?? "wait",
            }, stop);
    }

    private static async Task<IResult> WorkersAsync(Database database, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var flying = await connection.QueryAsync<(string Worker, int Runs)>(new CommandDefinition(
            "SELECT lease_owner, COUNT(*) FROM workflow_runs WHERE status = 'running' AND lease_owner IS NOT NULL GROUP BY lease_owner", cancellationToken: stop));
        var drained = (await connection.QueryAsync<string>(new CommandDefinition("SELECT worker FROM worker_drains", cancellationToken: stop))).ToHashSet();
        var runs = flying.ToDictionary(row => row.Worker, row => row.Runs);
        return TypedResults.Ok(new { items = runs.Keys.Union(drained).Order().Select(name => new { name, runs = runs.GetValueOrDefault(name), draining = drained.Contains(name) }) });
    }

    private static async Task<IResult> DrainAsync(string worker, bool drain, HttpContext http, Database database, AuditWriter audit, TimeProvider time, CancellationToken stop)
    {
        if (worker.Length > 200) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The worker's name is too long", "Use a name that GET /v1/workers lists."); }
        var caller = http.Caller();
        await database.InTransactionAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                drain
                    ? "INSERT INTO worker_drains (worker, requested_by, requested_at) VALUES (@worker, @by, @now) ON CONFLICT DO NOTHING"
                    : "DELETE FROM worker_drains WHERE worker = @worker",
                new { worker, by = caller.Subject, now = time.GetUtcNow() }, transaction, cancellationToken: stop));
            await audit.WriteAsync(connection, transaction, new AuditEntry
            {
                Org = caller.Org, Actor = caller.Subject, TokenId = caller.TokenId, Action = drain ? "worker.drained" : "worker.resumed", Resource = $"workers/{worker}", Ip = caller.IpAddress,
            }, stop);
        }, stop);
        return TypedResults.Ok(new { worker, draining = drain });
    }

    private static AdmissionRule Find(AdmissionRules rules, Scope scope) =>
        rules.OfScope(scope.Org, scope.Workflow) ?? new AdmissionRule { Org = scope.Org, Workflow = scope.Workflow };

    private static object View(AdmissionRules rules, Scope scope)
    {
        var rule = Find(rules, scope);
        return new { rule.Org, rule.Workflow, rule.MaxRuns, rule.StartsPerMinute, rule.Weight, rule.WhenFull, rule.Paused };
    }

    // Only the path says what is meant; a query of the same name must not.
    private sealed record Scope(string Org, string Workflow)
    {
        public static Scope Of(HttpContext http) => new(http.GetRouteValue("org") as string ?? "*", http.GetRouteValue("slug") as string ?? "");

        public string Resource => this switch
        {
            { Org: "*" } => "queue",
            { Workflow: "" } => $"orgs/{Org}",
            _ => $"workflows/{Workflow}",
        };
    }

    /// <summary>Changes a rule and lets it take effect in this process at once.</summary>
    public sealed class Changes(RuleStore store, AdmissionRules rules, AdmissionLoop loop)
    {
        public async Task<IResult> ApplyAsync(HttpContext http, string action, Func<AdmissionRule, AdmissionRule?> change, CancellationToken stop)
        {
            var caller = http.Caller();
            rules.Replace(await store.LoadAsync(stop));
            var scope = Scope.Of(http);
            var before = Find(rules, scope);
            var after = change(before);
            await store.SetAsync(after ?? before, after is null, caller.Subject, new AuditEntry
            {
                Org = scope.Org, Actor = caller.Subject, TokenId = caller.TokenId, Action = action, Ip = caller.IpAddress,
                Resource = scope.Resource,
                DetailJson = JsonSerializer.Serialize(new { before, after }, WireJson.Options),
            }, stop);
            await loop.SweepAsync(stop);
            return TypedResults.Ok(View(rules, scope));
        }
    }

    /// <summary>The limits of a scope; what is left out is unlimited.</summary>
    public sealed record LimitsRequest(int? MaxRuns, int? StartsPerMinute, int? Weight, string? WhenFull);

    /// <summary>What becomes of new runs during a pause: <c>wait</c> or <c>refuse</c>.</summary>
    public sealed record PauseScope(string? NewRuns);
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Runs;

/// <summary>Starts a run: finds the version, checks the parameters, stores and enqueues; the answer is one of <see cref="StartOutcome"/>.</summary>
public sealed class StartRun(
    WorkflowPlans plans, RunCreator creator, RunStore store, LegacyRuns legacy, EngineChoice engine, NewRunGate gate, TimeProvider time)
{
    /// <summary>Who starts a run, and what came with the request.</summary>
    public sealed record Origin(string Owner, string Trigger, string? IdempotencyKey = null, string? Traceparent = null)
    {
        public Guid? ParentRunId { get; init; }
        public string? ParentStepId { get; init; }
        public int? ParentItem { get; init; }
        public Guid? ReplayOf { get; init; }
        public int Depth { get; init; }

        /// <summary>What the trigger was told, as the run's expressions see it; null = nothing.</summary>
        public string? Event { get; init; }
    }

    public async Task<StartOutcome> StartAsync(string org, string slug, StartRunRequest request, Origin origin, CancellationToken stop) =>
        await PrepareAsync(org, slug, request, origin, stop) switch
        {
            Prepared.Ready ready => await StoreAsync(ready.Run, stop),
            Prepared.Refused refused => refused.Why,
            _ => throw new UnreachableException(),
        };

    /// <summary>Finds the version and checks the parameters; stores nothing.</summary>
    public async Task<Prepared> PrepareAsync(string org, string slug, StartRunRequest request, Origin origin, CancellationToken stop)
    {
        var environment = request.Environment ?? "dev";
        var version = request.Version ?? await plans.ActiveVersionAsync(org, slug, environment, stop);
        if (version is null)
        {
            return new Prepared.Refused(await plans.ExistsAsync(org, slug, stop) ? new StartOutcome.NotActive(slug, environment) : new StartOutcome.UnknownWorkflow(slug));
        }
        if (await plans.FindAsync(org, slug, version, stop) is not { } plan)
        {
            return new Prepared.Refused(await plans.ExistsAsync(org, slug, stop) ? new StartOutcome.UnknownVersion(slug, version) : new StartOutcome.UnknownWorkflow(slug));
        }
        if (!TryParameters(plan.Document, request.Parameters, out var parameters, out var errors)) { return new Prepared.Refused(new StartOutcome.Invalid(errors)); }

        var now = time.GetUtcNow();
        var later = request.RunAt is { } at && at > now;
        var run = New(org, slug, version, environment, plan, request, origin, parameters, now, await engine.ForAsync(org));
        if (later) { run = run with { Status = "waiting", RunAt = request.RunAt!.Value.ToUniversalTime(), WaitingReason = "its start time" }; }
        try
        {
            return new Prepared.Ready(WithConcurrency(run, plan.Document.Concurrency), plan);
        }
        catch (ExpressionException e)
        {
            return new Prepared.Refused(new StartOutcome.Invalid([new ProblemError("/concurrency/key", $"The workflow's concurrency key cannot be made from these parameters: {e.Message}")]));
        }
    }

    /// <summary>Stores and enqueues a prepared run.</summary>
    public async Task<StartOutcome> StoreAsync(NewRun run, CancellationToken stop)
    {
        if (gate.Concerns(run))
        {
            if (await gate.RefuseAsync(run, stop) is { } refusal) { return refusal; }
            run = await gate.MarkAsync(run, stop);
        }
        switch (await creator.CreateAsync(run, stop))
        {
            case CreateOutcome.Created:
                if (run.NeedsPlace) { return await gate.AdmitAsync(run, stop); }
                if (run is { Mode: "legacy", Status: "queued" }) { await legacy.TakeAsync(run.Id, stop); }
                return new StartOutcome.Started(run);
            case CreateOutcome.KeyTaken:
                return await store.FindByKeyAsync(run.Org, run.IdempotencyKey!, stop) is { } earlier && earlier.RequestHash == run.RequestHash
                    ? new StartOutcome.Repeated(earlier)
                    : new StartOutcome.KeyConflict();
            case CreateOutcome.Unavailable refused:
                return new StartOutcome.QueueUnavailable(refused.Reason);
            case CreateOutcome.NotStored:
                return new StartOutcome.DatabaseUnavailable();
            default:
                throw new UnreachableException();
        }
    }

    private NewRun New(
        string org, string slug, string version, string environment, WorkflowPlan plan, StartRunRequest request, Origin origin, string parameters, DateTimeOffset now,
        (string Mode, string Reason) mode) => new()
    {
        Id = Guid.CreateVersion7(now),
        Org = org,
        Workflow = slug,
        Version = version,
        Environment = environment,
        Status = "queued",
        Priority = request.Priority ?? 0,
        Mode = mode.Mode,
        ModeReason = mode.Reason,
        Parameters = parameters,
        Labels = request.Labels is { Count: > 0 } labels ? JsonSerializer.Serialize(labels) : null,
        Owner = origin.Owner,
        Trigger = origin.Trigger,
        IdempotencyKey = origin.IdempotencyKey,
        RequestHash = origin.IdempotencyKey is null ? null : Hash(slug, request, parameters),
        Traceparent = origin.Traceparent,
        ParentRunId = origin.ParentRunId,
        ParentStepId = origin.ParentStepId,
        ParentItem = origin.ParentItem,
        ReplayOf = origin.ReplayOf,
        Depth = origin.Depth,
        Event = origin.Event,
        RunAt = now,
        CreatedAt = now,
        Jobs = Array.ConvertAll(plan.Roots, step => new JobWrite
        {
            StepId = step.Id, Item = -1, Action = step.Action.Action, Status = "queued", Attempts = 0, MaxAttempts = step.Retry.MaxAttempts, RunAt = now, CreatedAt = now,
        }),
    };

    private static NewRun WithConcurrency(NewRun run, Concurrency? concurrency)
    {
        if (concurrency is null) { return run; }
        var scope = new EvaluationScope { Parameters = Value.Of(JsonElement.Parse(run.Parameters)), Run = Value.Of(("id", Value.Of(run.Id.ToString()))) };
        var key = concurrency.Key is { } template ? Template.Parse(template).EvaluateValue(scope).ToString() : "";
        return run with { ConcurrencyKey = $"{run.Workflow}/{key}", ConcurrencyLimit = concurrency.Limit, OnConflict = concurrency.OnConflict };
    }

    private static bool TryParameters(WorkflowDocument document, JsonElement? given, out string parameters, out IReadOnlyList<ProblemError> errors)
    {
        var value = given is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } present ? present : JsonElement.Parse("{}");
        (parameters, errors) = ("{}", []);
        if (value.ValueKind is not JsonValueKind.Object)
        {
            errors = [new ProblemError("/parameters", "Parameters are an object.")];
            return false;
        }
        if (document.Parameters is { } schema)
        {
            value = ParameterSchema.Fill(schema, value);
            errors = [.. ParameterSchema.Validate(schema, value).Select(found => new ProblemError("/parameters" + found.Pointer, found.Message, found.Code))];
            if (errors.Count > 0) { return false; }
        }
        parameters = value.GetRawText();
        return true;
    }

    private static string Hash(string slug, StartRunRequest request, string parameters) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{slug}\n{request.Version}\n{request.Environment}\n{request.Priority}\n{request.RunAt:O}\n{parameters}")));
}

/// <summary>A run that may be stored, or why it may not.</summary>
public abstract record Prepared
{
    private Prepared() { }

    public sealed record Ready(NewRun Run, WorkflowPlan Plan) : Prepared;

    public sealed record Refused(StartOutcome Why) : Prepared;
}

/// <summary>What came of a request to start a run.</summary>
public abstract record StartOutcome
{
    private StartOutcome() { }

    public sealed record Started(NewRun Run) : StartOutcome;

    /// <summary>The idempotency key was used before for the same request; this is its run.</summary>
    public sealed record Repeated(Run Run) : StartOutcome;

    /// <summary>The idempotency key was used before for another request.</summary>
    public sealed record KeyConflict : StartOutcome;

    public sealed record UnknownWorkflow(string Slug) : StartOutcome;

    public sealed record UnknownVersion(string Slug, string Version) : StartOutcome;

    /// <summary>No version is active in the environment.</summary>
    public sealed record NotActive(string Slug, string Environment) : StartOutcome;

    public sealed record Invalid(IReadOnlyList<ProblemError> Errors) : StartOutcome;

    public sealed record QueueUnavailable(string Reason) : StartOutcome;

    public sealed record DatabaseUnavailable : StartOutcome;

    /// <summary>A limit or a pause does not let it in, and it is not to wait.</summary>
    public sealed record NotAdmitted(string Code, string Why, TimeSpan? RetryAfter = null) : StartOutcome;
}

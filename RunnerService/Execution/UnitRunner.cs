using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Execution;

/// <summary>Executes one step or item: makes its input from the run's scope, calls it under its timeout, and turns whatever happens into an outcome.</summary>
public sealed class UnitRunner(ClaimedRun run, WorkflowPlan plan, RunState state, EngineParts engine)
{
    // A list longer than this is a data set: it belongs into one step, not into as many jobs.
    private const int MaxItems = 100_000;

    private readonly RunIdentity identity = new()
    {
        Id = run.Id, Org = run.Org, Workflow = run.Workflow, Version = run.Version, Environment = run.Environment, Owner = run.Owner,
        Traceparent = run.Traceparent, Depth = run.Depth,
    };

    private EvaluationScope? scope;

    /// <summary>What expressions of this run see; results appear in it as they come in.</summary>
    public EvaluationScope Scope => scope ??= new EvaluationScope
    {
        Parameters = Value.Of(JsonElement.Parse(run.ParametersJson)),
        Run = Value.Of(
            ("id", Value.Of(run.Id.ToString())), ("org", Value.Of(run.Org)), ("workflow", Value.Of(run.Workflow)), ("version", Value.Of(run.Version)),
            ("environment", Value.Of(run.Environment)), ("owner", Value.Of(run.Owner)), ("attempt", Value.Of(run.Attempts)),
            ("createdAt", Value.Of(run.CreatedAt.ToString("O"))), ("startedAt", Value.Of(run.StartedAt.ToString("O"))),
            ("labels", run.LabelsJson is { } labels ? Value.Of(JsonElement.Parse(labels)) : Value.Null),
            ("error", ErrorValue(state.Error))),
        Event = run.EventJson is { } happening ? Value.Of(JsonElement.Parse(happening)) : Value.Null,
        Steps = Find,
    };

    /// <summary>Makes the scope anew at the next use, because what it says of the run has changed.</summary>
    public void ForgetScope() => scope = null;

    /// <summary>Finds the list of a forEach.</summary>
    public bool TryLoop(PlannedStep step, [NotNullWhen(true)] out LoopState? loop, [NotNullWhen(false)] out StepOutcome? refusal)
    {
        (loop, refusal) = (null, null);
        try
        {
            var list = step.ForEach!.EvaluateValue(Scope);
            if (list.Kind is not ValueKind.List) { refusal = new StepOutcome.Permanent("FOREACH_NOT_A_LIST", $"forEach of step '{step.Id}' gives no list."); }
            else if (list.Count > MaxItems) { refusal = new StepOutcome.Permanent("FOREACH_TOO_LONG", $"forEach of step '{step.Id}' has {list.Count:N0} items, more than {MaxItems:N0}."); }
            else { loop = new LoopState(list.Items()); }
        }
        catch (ExpressionException e) { refusal = Refused(step, "forEach", e); }
        return loop is not null;
    }

    /// <summary>Executes; null means that <paramref name="interrupted"/> came first. Never throws.</summary>
    public ValueTask<StepOutcome?> ExecuteAsync(PlannedStep step, int? item, UnitState unit, CancellationToken interrupted)
    {
        try
        {
            var seen = item is { } i ? Scope.ForItem(state.Steps[step.Place].Loop!.Items[i], i) : Scope;
            if (unit.State.ValueKind is JsonValueKind.Undefined && step.When?.IsTrue(seen) == false)
            {
                return new(new StepOutcome.Skipped("its condition is not met"));
            }
            var context = new StepContext
            {
                Run = identity, StepId = step.Id, Item = item, Attempt = unit.Attempts, With = step.With.Evaluate(seen), State = unit.State, Time = engine.Time,
            };
            return step.Action.IsPure ? Pure(step, context, interrupted) : new(GuardedAsync(step, context, interrupted));
        }
        catch (ExpressionException e) { return new(Refused(step, "with", e)); }
    }

    // Pure steps neither wait nor need a timer: their work is bounded by the limits of expressions.
    private static ValueTask<StepOutcome?> Pure(PlannedStep step, StepContext context, CancellationToken stop)
    {
        try
        {
            var execution = step.Action.ExecuteAsync(context, stop);
            return execution.IsCompletedSuccessfully ? new(execution.Result) : new(Awaited(execution));
        }
        catch (Exception e) { return new(new StepOutcome.Transient("STEP_FAILED", e.Message)); }

        static async Task<StepOutcome?> Awaited(ValueTask<StepOutcome> execution)
        {
            try { return await execution; }
            catch (OperationCanceledException) { return null; }
            catch (Exception e) { return new StepOutcome.Transient("STEP_FAILED", e.Message); }
        }
    }

    private async Task<StepOutcome?> GuardedAsync(PlannedStep step, StepContext context, CancellationToken interrupted)
    {
        using var span = engine.Telemetry.StartStep(run, step, context);
        using var timeout = new CancellationTokenSource(step.Timeout, engine.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted, timeout.Token);
        try
        {
            // A step that ignores its token must not hold the run beyond the timeout; its late answer goes nowhere.
            var execution = step.Action.ExecuteAsync(context, stop.Token);
            var outcome = execution.IsCompletedSuccessfully ? execution.Result : await execution.AsTask().WaitAsync(timeout.Token);
            Telemetry.RunnerTelemetry.Describe(span, outcome);
            return outcome;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested) { return null; }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var late = new StepOutcome.Transient("STEP_TIMEOUT", $"Step '{step.Id}' took longer than its {step.Timeout.TotalSeconds:0.###} seconds.");
            Telemetry.RunnerTelemetry.Describe(span, late);
            return late;
        }
        catch (Exception e)
        {
            var failed = new StepOutcome.Transient("STEP_FAILED", e.Message);
            Telemetry.RunnerTelemetry.Describe(span, failed);
            return failed;
        }
    }

    private StepResult? Find(string id)
    {
        if (!plan.Places.TryGetValue(id, out var place) || !state.Steps[place].IsFinal) { return null; }
        var unit = state.Steps[place];
        return new StepResult(unit.Status!.Value.ToWire(), unit.Output, ErrorValue(unit.Error));
    }

    private static Value ErrorValue(RunError? error) => error is null
        ? Value.Null
        : Value.Of(("code", Value.Of(error.Code)), ("message", Value.Of(error.Message)), ("stepId", Value.Of(error.StepId)));

    private static StepOutcome.Permanent Refused(PlannedStep step, string field, ExpressionException e) =>
        new("EXPRESSION_FAILED", $"'{field}' of step '{step.Id}': {e.Message}");
}

using System.Collections.Frozen;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Execution;

/// <summary>One version of a workflow, compiled: names resolved to places, expressions parsed. Immutable, shared by all its runs.</summary>
public sealed class WorkflowPlan
{
    public required WorkflowDocument Document { get; init; }

    /// <summary>The workflow's steps, then the onFailure steps.</summary>
    public required PlannedStep[] Steps { get; init; }

    /// <summary>How many of <see cref="Steps"/> are the workflow's own.</summary>
    public required int MainSteps { get; init; }

    /// <summary>Makes the run's output, when the document says how.</summary>
    public Template? Outputs { get; init; }

    /// <summary>How long a run may take in all, waits included; null = as long as it likes.</summary>
    public TimeSpan? Timeout { get; init; }
    public required FrozenDictionary<string, int> Places { get; init; }

    /// <summary>Whether a step starts other runs.</summary>
    public bool StartsRuns => Steps.Any(step => step.Action.Action == "workflow");

    /// <summary>Steps that a new run can start with.</summary>
    public required PlannedStep[] Roots { get; init; }

    /// <summary>Compiles a stored document, which the linter has seen.</summary>
    /// <exception cref="InvalidDataException">An action that this version of the runner does not know, or a broken expression.</exception>
    public static WorkflowPlan Compile(WorkflowDocument document, StepCatalog catalog, EngineOptions options)
    {
        Step[] all = [.. document.Steps, .. document.OnFailure];
        var places = all.Select((step, place) => (step.Id, place)).ToFrozenDictionary(pair => pair.Id, pair => pair.place);
        try
        {
            var steps = all.Select((step, place) => PlannedStep.Compile(step, place, places, catalog, options)).ToArray();
            return new WorkflowPlan
            {
                Document = document,
                Steps = steps,
                MainSteps = document.Steps.Count,
                Outputs = document.Outputs is { } outputs ? Template.Parse(outputs) : null,
                Timeout = document.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Places = places,
                Roots = [.. steps.Take(document.Steps.Count).Where(step => step.DependsOn.Length == 0)],
            };
        }
        catch (ExpressionException e)
        {
            throw new InvalidDataException($"Workflow {document.Slug} {document.Version} holds an expression that cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A step with everything resolved.</summary>
public sealed class PlannedStep
{
    public required int Place { get; init; }
    public required string Id { get; init; }
    public required IStep Action { get; init; }
    public required Template With { get; init; }
    public Expression? When { get; init; }
    public Template? ForEach { get; init; }
    public required int MaxParallel { get; init; }
    public required RetryPolicy Retry { get; init; }
    public required TimeSpan Timeout { get; init; }
    public required bool ContinueOnError { get; init; }

    /// <summary>Places of the steps that come before.</summary>
    public required int[] DependsOn { get; init; }

    internal static PlannedStep Compile(Step step, int place, FrozenDictionary<string, int> places, StepCatalog catalog, EngineOptions options) => new()
    {
        Place = place,
        Id = step.Id,
        Action = catalog.Find(step.Action),
        With = Template.Parse(step.With),
        When = step.When is { } condition ? Expression.Parse(condition) : null,
        ForEach = step.ForEach is { } list ? Template.Parse(list) : null,
        MaxParallel = step.MaxParallel ?? options.MaxParallel,
        Retry = RetryPolicy.Of(step.Retry, options),
        Timeout = step.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.StepTimeout,
        ContinueOnError = step.ContinueOnError,
        DependsOn = [.. step.DependsOn.Select(id => places[id])],
    };
}

/// <summary>The kinds of steps this runner can execute, by action name.</summary>
public sealed class StepCatalog(IEnumerable<IStep> steps)
{
    private readonly FrozenDictionary<string, IStep> byAction = steps.ToFrozenDictionary(step => step.Action);

    /// <exception cref="InvalidDataException">No such action.</exception>
    public IStep Find(string action) => byAction.TryGetValue(action, out var step)
        ? step
        : throw new InvalidDataException($"This runner does not know the action '{action}'. It knows: {string.Join(", ", byAction.Keys.Order())}.");
}

using System.Text.Json;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Control;

/// <summary>What a run would do, without doing it: nothing is stored, nothing is called.</summary>
public sealed record DryRunView
{
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required string Environment { get; init; }
    public required JsonElement Parameters { get; init; }
    public Guid? ReplayOf { get; init; }

    /// <summary>The result of the workflow's concurrency key.</summary>
    public string? ConcurrencyKey { get; init; }
    public required IReadOnlyList<DryStep> Steps { get; init; }

    public static DryRunView Of(NewRun run, WorkflowPlan plan)
    {
        var taken = run.Jobs.Where(job => job.FinishedAt is not null).Select(job => job.StepId).ToHashSet();
        var waves = new int?[plan.Steps.Length];
        return new DryRunView
        {
            Workflow = run.Workflow, Version = run.Version, Environment = run.Environment, Parameters = JsonElement.Parse(run.Parameters), ReplayOf = run.ReplayOf,
            ConcurrencyKey = run.ConcurrencyKey,
            Steps = [.. plan.Steps.Select(step => new DryStep
            {
                Id = step.Id,
                Action = step.Action.Action,
                Does = taken.Contains(step.Id) ? "reuse" : step.Place >= plan.MainSteps ? "on_failure" : step.When is null ? "run" : "run_if",
                Wave = taken.Contains(step.Id) ? null : Wave(step.Place),
                DependsOn = [.. step.DependsOn.Select(place => plan.Steps[place].Id)],
                IsLoop = step.ForEach is not null,
            })],
        };

        // Steps of one wave may run at the same time; a later one waits for those before it.
        int Wave(int place)
        {
            if (waves[place] is { } known) { return known; }
            waves[place] = 1;
            var before = plan.Steps[place].DependsOn.Where(one => !taken.Contains(plan.Steps[one].Id)).Select(Wave).DefaultIfEmpty(0).Max();
            return (waves[place] = before + 1).Value;
        }
    }

    /// <summary>One step of it.</summary>
    public sealed record DryStep
    {
        public required string Id { get; init; }
        public required string Action { get; init; }

        /// <summary><c>run</c>, <c>run_if</c> (its condition decides), <c>reuse</c> (the earlier result), <c>on_failure</c>.</summary>
        public required string Does { get; init; }

        /// <summary>1 for the first to run; null when nothing runs.</summary>
        public int? Wave { get; init; }
        public required IReadOnlyList<string> DependsOn { get; init; }
        public bool IsLoop { get; init; }
    }
}

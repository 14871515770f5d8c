using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Execution;

/// <summary>What comes next in a run. Pure: looks at the plan and at what is known, and changes neither.</summary>
public static class StepPlan
{
    /// <summary>
    /// Adds the places of the steps that may begin now: not begun, and every dependency satisfied. Before a failure these are the steps of the
    /// workflow; after one they are the onFailure steps, once nothing of the workflow is under way any more.
    /// </summary>
    public static void Startable(WorkflowPlan plan, RunState state, List<int> into)
    {
        if (state.Ending is RunStatus.Canceled) { return; }
        var (from, to) = state.Ending is null ? (0, plan.MainSteps) : (plan.MainSteps, plan.Steps.Length);
        if (state.Ending is not null && AnyActive(state, plan.MainSteps)) { return; }
        for (var i = from; i < to; i++)
        {
            if (state.Steps[i].Status is null && plan.Steps[i].DependsOn.All(dependency => Satisfied(plan, state, dependency))) { into.Add(i); }
        }
    }

    /// <summary>
    /// A dependency is satisfied when its result is durable and the run may go on with it: it succeeded, was skipped, or failed with
    /// <c>continueOnError</c>.
    /// </summary>
    public static bool Satisfied(WorkflowPlan plan, RunState state, int step)
    {
        var unit = state.Steps[step];
        return unit.IsDurable && (unit.Status is JobStatus.Succeeded or JobStatus.Skipped
            || (unit.Status is JobStatus.Failed && plan.Steps[step].ContinueOnError));
    }

    /// <summary>Says where a run stands that has nothing to start and nothing active.</summary>
    public static Verdict Conclude(WorkflowPlan plan, RunState state)
    {
        if (state.Ending is RunStatus.Canceled) { return new Verdict.Ended(RunStatus.Canceled, state.Error); }
        var (from, to) = state.Ending is null ? (0, plan.MainSteps) : (plan.MainSteps, plan.Steps.Length);
        if (EarliestWait(state, from, to) is { } wait) { return wait; }
        if (state.Ending is { } ending) { return new Verdict.Ended(ending, state.Error); }
        for (var i = 0; i < plan.MainSteps; i++)
        {
            if (!Satisfied(plan, state, i))
            {
                // The linter refuses cycles, so this is a document that was stored before a rule existed.
                return new Verdict.Ended(RunStatus.Failed, new RunError("UNREACHABLE_STEP", $"Step '{plan.Steps[i].Id}' can never start.", plan.Steps[i].Id));
            }
        }
        return new Verdict.Ended(RunStatus.Succeeded, null);
    }

    private static bool AnyActive(RunState state, int mainSteps)
    {
        for (var i = 0; i < mainSteps; i++)
        {
            var step = state.Steps[i];
            if (step.IsActive || step.Loop?.Units.Any(unit => unit?.IsActive == true) == true) { return true; }
        }
        return false;
    }

    private static Verdict.Waiting? EarliestWait(RunState state, int from, int to)
    {
        Verdict.Waiting? earliest = null;
        for (var i = from; i < to; i++)
        {
            var step = state.Steps[i];
            Consider(step);
            foreach (var unit in step.Loop?.Units ?? []) { Consider(unit); }
        }
        return earliest;

        void Consider(UnitState? unit)
        {
            if (unit?.Status is not (JobStatus.Waiting or JobStatus.Queued) || unit is StepState { Loop: not null }) { return; }
            var at = unit.RunAt ?? DateTimeOffset.MaxValue;
            if (earliest is null || at < earliest.Until) { earliest = new(at, unit.WaitingReason ?? (unit.Status is JobStatus.Queued ? "a retry" : "a step that waits"), unit.Status is JobStatus.Queued); }
        }
    }
}

/// <summary>Where a run stands.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>It is over.</summary>
    public sealed record Ended(RunStatus Status, RunError? Error) : Verdict;

    /// <summary>Nothing to do before <paramref name="Until"/>, unless somebody wakes it.</summary>
    /// <param name="Until">The earliest due time; the maximum value when only a signal can end the wait.</param>
    /// <param name="Reason">What it waits for, for a person.</param>
    /// <param name="IsRetry">It waits to try a failed step again.</param>
    public sealed record Waiting(DateTimeOffset Until, string Reason, bool IsRetry) : Verdict;
}

using System.Text.Json;

namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>Steps are addressed by id: by events, by retries from a step, by dashboards.</summary>
internal static class StepChanges
{
    public static void Find(WorkflowDocument before, WorkflowDocument after, List<CompatibilityChange> changes)
    {
        foreach (var (i, old) in before.Steps.Index())
        {
            var place = IndexOf(after.Steps, old.Id);
            if (place < 0)
            {
                changes.Breaking(CompatibilityCodes.StepRemoved, JsonPointer.Append("/steps", i), $"The step '{old.Id}' is gone.");
                continue;
            }
            var next = after.Steps[place];
            var at = JsonPointer.Append("/steps", place);
            if (next.Action != old.Action)
            {
                changes.Breaking(CompatibilityCodes.ActionChanged, at + "/action", $"The step '{old.Id}' was {old.Action} and is {next.Action}; the shape of its output changes with it.");
            }
            else if (!IsSame(old, next))
            {
                changes.Neutral(CompatibilityCodes.StepChanged, at, $"The step '{old.Id}' works differently.");
            }
        }
        foreach (var (i, next) in after.Steps.Index())
        {
            if (IndexOf(before.Steps, next.Id) < 0)
            {
                changes.Additive(CompatibilityCodes.StepAdded, JsonPointer.Append("/steps", i), $"There is a new step '{next.Id}'.");
            }
        }
        if (before.OnFailure.Count != after.OnFailure.Count || !before.OnFailure.Zip(after.OnFailure).All(pair => IsSame(pair.First, pair.Second)))
        {
            changes.Neutral(CompatibilityCodes.FailureStepsChanged, "/onFailure", "What is done after a failure has changed.");
        }
    }

    private static int IndexOf(IReadOnlyList<Step> steps, string id) =>
        steps.Index().FirstOrDefault(pair => pair.Item.Id == id, (-1, null!)).Index;

    private static bool IsSame(Step a, Step b) =>
        a.Id == b.Id && a.Action == b.Action && a.When == b.When && a.MaxParallel == b.MaxParallel && a.TimeoutSeconds == b.TimeoutSeconds
        && a.ContinueOnError == b.ContinueOnError && a.Retry == b.Retry
        && a.DependsOn.SequenceEqual(b.DependsOn, StringComparer.Ordinal)
        && JsonElement.DeepEquals(a.With, b.With)
        && a.ForEach.HasValue == b.ForEach.HasValue && (a.ForEach is not { } list || JsonElement.DeepEquals(list, b.ForEach!.Value));
}

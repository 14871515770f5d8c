using System.Text.Json;

namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>What the run's output offers.</summary>
internal static class OutputChanges
{
    public static void Find(WorkflowDocument before, WorkflowDocument after, List<CompatibilityChange> changes)
    {
        var (old, next) = (before.Outputs ?? Step.EmptyObject, after.Outputs ?? Step.EmptyObject);
        foreach (var output in old.EnumerateObject())
        {
            var at = JsonPointer.Append("/outputs", output.Name);
            if (!next.TryGetProperty(output.Name, out var now))
            {
                changes.Breaking(CompatibilityCodes.OutputRemoved, at, $"The output '{output.Name}' is gone.");
            }
            else if (!JsonElement.DeepEquals(output.Value, now))
            {
                changes.Neutral(CompatibilityCodes.OutputChanged, at, $"The output '{output.Name}' is made differently.");
            }
        }
        foreach (var output in next.EnumerateObject().Where(output => !old.TryGetProperty(output.Name, out _)))
        {
            changes.Additive(CompatibilityCodes.OutputAdded, JsonPointer.Append("/outputs", output.Name), $"There is a new output '{output.Name}'.");
        }
    }
}

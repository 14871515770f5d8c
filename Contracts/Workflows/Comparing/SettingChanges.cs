namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>What a reader of the history wants to see, though no caller breaks on it.</summary>
internal static class SettingChanges
{
    public static void Find(WorkflowDocument before, WorkflowDocument after, List<CompatibilityChange> changes)
    {
        if (before.Concurrency != after.Concurrency)
        {
            changes.Neutral(CompatibilityCodes.ConcurrencyChanged, "/concurrency", "How many runs may be under way has changed.");
        }
        if (before.TimeoutSeconds != after.TimeoutSeconds)
        {
            changes.Neutral(CompatibilityCodes.TimeoutChanged, "/timeoutSeconds", $"The time limit of a run was {Seconds(before.TimeoutSeconds)} and is {Seconds(after.TimeoutSeconds)}.");
        }
        Described("name", before.Name, after.Name);
        Described("description", before.Description, after.Description);
        Described("owner", before.Owner, after.Owner);
        Described("risk", before.Risk.ToString(), after.Risk.ToString());
        if (before.Labels.Count != after.Labels.Count || before.Labels.Any(label => after.Labels.GetValueOrDefault(label.Key) != label.Value))
        {
            changes.Neutral(CompatibilityCodes.DescriptionChanged, "/labels", "The labels have changed.");
        }

        void Described(string field, string? was, string? now)
        {
            if (was != now)
            {
                changes.Neutral(CompatibilityCodes.DescriptionChanged, "/" + field, $"The {field} has changed.");
            }
        }

        static string Seconds(int? value) => value is { } seconds ? $"{seconds} s" : "not set";
    }
}

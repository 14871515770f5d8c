namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>The three ways to note a change.</summary>
internal static class ChangeList
{
    public static void Breaking(this List<CompatibilityChange> changes, string code, string pointer, string message) =>
        changes.Add(new CompatibilityChange(code, CompatibilityKind.Breaking, pointer, message));

    public static void Additive(this List<CompatibilityChange> changes, string code, string pointer, string message) =>
        changes.Add(new CompatibilityChange(code, CompatibilityKind.Additive, pointer, message));

    public static void Neutral(this List<CompatibilityChange> changes, string code, string pointer, string message) =>
        changes.Add(new CompatibilityChange(code, CompatibilityKind.Neutral, pointer, message));
}

using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Workflows.Comparing;

namespace Switchyard.Contracts.Workflows;

/// <summary>Whether callers of a workflow can tell that something changed.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CompatibilityKind>))]
public enum CompatibilityKind
{
    /// <summary>Nothing that a caller relies on.</summary>
    Neutral,

    /// <summary>More is offered or accepted than before.</summary>
    Additive,

    /// <summary>Something that worked before may not work any more.</summary>
    Breaking,
}

/// <summary>One difference between two versions; the pointer is into the new document, or into the old one for what is gone.</summary>
public sealed record CompatibilityChange(string Code, CompatibilityKind Kind, string Pointer, string Message);

/// <summary>What changed between two versions, and whether callers can tell.</summary>
public sealed record CompatibilityReport(IReadOnlyList<CompatibilityChange> Changes)
{
    public bool IsBreaking => Changes.Any(change => change.Kind == CompatibilityKind.Breaking);
}

/// <summary>Compares two versions of a workflow and says whether the newer may take the older's place.</summary>
public static class Compatibility
{
    public static CompatibilityReport Compare(WorkflowDocument before, WorkflowDocument after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = new List<CompatibilityChange>();
        ParameterChanges.Find(before, after, changes);
        OutputChanges.Find(before, after, changes);
        StepChanges.Find(before, after, changes);
        TriggerChanges.Find(before, after, changes);
        SettingChanges.Find(before, after, changes);
        return new CompatibilityReport(changes);
    }

    /// <summary>Why the newer version may not follow the older one; null when it may. A breaking change needs a higher MAJOR, or another slug.</summary>
    public static string? WhyRefused(WorkflowDocument before, WorkflowDocument after) => WhyRefused(before, after, Compare(before, after));

    public static string? WhyRefused(WorkflowDocument before, WorkflowDocument after, CompatibilityReport report)
    {
        if (!report.IsBreaking || before.Slug != after.Slug)
        {
            return null;
        }
        var (old, next) = (SemVer.Parse(before.Version), SemVer.Parse(after.Version));
        if (next.Major != old.Major && next.CompareTo(old) > 0)
        {
            return null;
        }
        var breaking = report.Changes.Where(change => change.Kind == CompatibilityKind.Breaking).ToList();
        return $"{before.Version} to {after.Version} breaks callers: {string.Join(" ", breaking.Take(3).Select(change => change.Message))}{(breaking.Count > 3 ? $" And {breaking.Count - 3} more." : "")} "
            + $"Raise the MAJOR version, or publish it as '{NextSlug(before.Slug)}'.";
    }

    private static string NextSlug(string slug)
    {
        var mark = slug.LastIndexOf("-v", StringComparison.Ordinal);
        return mark > 0 && int.TryParse(slug.AsSpan(mark + 2), out var number) ? $"{slug[..mark]}-v{number + 1}" : $"{slug}-v2";
    }
}

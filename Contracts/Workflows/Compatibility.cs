using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

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

/// <summary>Compares two versions of a workflow.</summary>
public static class Compatibility
{
    public static CompatibilityReport Compare(WorkflowDocument before, WorkflowDocument after) => new([]);
}

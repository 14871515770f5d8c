using Switchyard.Contracts.Workflows;
using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Versions;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>What became of an applied document.</summary>
public abstract record ApplyOutcome
{
    private ApplyOutcome(string name) => Name = name;

    /// <summary>As metrics and spans call it.</summary>
    public string Name { get; }

    /// <summary>A version that was not there before.</summary>
    public sealed record Created(
        Workflow Workflow, WorkflowVersion Version, IReadOnlyList<ActiveVersion> Active,
        string? Baseline, CompatibilityReport? Changes, bool Forced) : ApplyOutcome(Forced ? "forced" : "created");

    /// <summary>The same payload again; at most it became active.</summary>
    public sealed record Unchanged(
        Workflow Workflow, WorkflowVersion Version, IReadOnlyList<ActiveVersion> Active, bool Activated)
        : ApplyOutcome(Activated ? "activated" : "unchanged");

    /// <summary>Another payload under a version that is taken.</summary>
    public sealed record Immutable(WorkflowVersion Stored, string Suggested) : ApplyOutcome("immutable");

    /// <summary>A change that callers of the baseline would notice, under the same major version.</summary>
    public sealed record Breaking(string Reason, CompatibilityReport Changes, string Suggested) : ApplyOutcome("breaking");

    /// <summary>The workflow is not in the state that the request was made for.</summary>
    public sealed record Stale(Workflow? Workflow, string? LatestDigest) : ApplyOutcome("stale");
}

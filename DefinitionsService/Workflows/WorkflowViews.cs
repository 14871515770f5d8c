using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Workflows;
using Switchyard.DefinitionsService.Environments;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>A workflow on the wire; the digest and the definition of the latest version only when one workflow was asked for.</summary>
public sealed record WorkflowView
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required string Owner { get; init; }
    public required string Risk { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required string LatestVersion { get; init; }
    public required IReadOnlyDictionary<string, string> Environments { get; init; }
    public required long Revision { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public string? Digest { get; init; }
    public JsonElement? Definition { get; init; }

    public static WorkflowView Of(Workflow workflow, IEnumerable<ActiveVersion> active) => new()
    {
        Slug = workflow.Slug,
        Name = workflow.Name,
        Description = workflow.Description,
        Owner = workflow.Owner,
        Risk = workflow.Risk,
        Labels = JsonSerializer.Deserialize<SortedDictionary<string, string>>(workflow.LabelsJson, WireJson.Options)!,
        LatestVersion = workflow.LatestVersion,
        Environments = ActiveVersion.Map(active),
        Revision = workflow.Revision,
        CreatedAt = workflow.CreatedAt,
        UpdatedAt = workflow.UpdatedAt,
    };
}

/// <summary>What the linter says; slug, version and digest once the document could be read.</summary>
public sealed record LintView(
    bool Valid, string? Slug, string? Version, string? Digest, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>What became of an applied document.</summary>
public sealed record AppliedView
{
    public required string Slug { get; init; }
    public required string Version { get; init; }
    public required string Digest { get; init; }

    /// <summary>created, unchanged, or activated (stored before, and made active now).</summary>
    public required string Status { get; init; }

    /// <summary>Whether this is the workflow's highest version.</summary>
    public required bool Latest { get; init; }

    /// <summary>The version that each environment runs, after this.</summary>
    public required IReadOnlyDictionary<string, string> Environments { get; init; }

    public string? ComparedWith { get; init; }
    public IReadOnlyList<CompatibilityChange> Changes { get; init; } = [];

    /// <summary>Breaking changes went in without a new major version, because the request insisted.</summary>
    public bool Forced { get; init; }

    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}

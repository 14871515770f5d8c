using System.Text.Json.Serialization;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Cli.Hub;

/// <summary>A workflow in the hub's list; only what yard shows.</summary>
internal sealed record WorkflowRow
{
    public required string Slug { get; init; }
    public required string LatestVersion { get; init; }
    public string? Name { get; init; }
    public string? Owner { get; init; }
    public IReadOnlyDictionary<string, string>? Environments { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>What became of an applied document; <see cref="Status"/> is created, unchanged or activated.</summary>
internal sealed record Applied
{
    public required string Slug { get; init; }
    public required string Version { get; init; }
    public required string Status { get; init; }
    public IReadOnlyList<Diagnostic>? Warnings { get; init; }
}

/// <summary>What changed between two versions.</summary>
internal sealed record Comparison
{
    public bool IsBreaking { get; init; }
    public required IReadOnlyList<CompatibilityChange> Changes { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Page<WorkflowRow>))]
[JsonSerializable(typeof(Applied))]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(IReadOnlyList<LintedFile>))]
internal sealed partial class HubJson : JsonSerializerContext;

/// <summary>The findings about one file, as <c>yard lint --json</c> prints them.</summary>
internal sealed record LintedFile(string File, IReadOnlyList<Diagnostic> Diagnostics);

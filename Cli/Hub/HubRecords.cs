using System.Text.Json;
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

/// <summary>Asks for a run to be done again.</summary>
internal sealed record RerunBody
{
    public string? FromStep { get; init; }
    public JsonElement? Parameters { get; init; }
    public string? Version { get; init; }
    public bool DryRun { get; init; }
}

/// <summary>What a run would do; <see cref="DryStep.Does"/> is run, run_if, reuse or on_failure.</summary>
internal sealed record DryRun
{
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required JsonElement Parameters { get; init; }
    public required IReadOnlyList<DryStep> Steps { get; init; }
}

/// <summary>One step of a dry run; those of one wave may run at the same time.</summary>
internal sealed record DryStep
{
    public required string Id { get; init; }
    public required string Action { get; init; }
    public required string Does { get; init; }
    public int? Wave { get; init; }
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}

/// <summary>Answers an approval: approve or reject.</summary>
internal sealed record Decision([property: JsonPropertyName("decision")] string Verdict, string? Comment);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Page<WorkflowRow>))]
[JsonSerializable(typeof(Applied))]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(DryRun))]
[JsonSerializable(typeof(RerunBody))]
[JsonSerializable(typeof(IReadOnlyList<LintedFile>))]
internal sealed partial class HubJson : JsonSerializerContext;

/// <summary>The findings about one file, as <c>yard lint --json</c> prints them.</summary>
internal sealed record LintedFile(string File, IReadOnlyList<Diagnostic> Diagnostics);

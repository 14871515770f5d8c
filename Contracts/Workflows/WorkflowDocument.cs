using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>How much harm a workflow can do; high risk asks for a security review on its way to production.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Risk>))]
public enum Risk
{
    Low,
    Medium,
    High,
}

/// <summary>A workflow definition, as written by its authors; defaults are not filled in but offered by the properties.</summary>
public sealed record WorkflowDocument
{
    public required string Slug { get; init; }
    public required string Version { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string? Owner { get; init; }
    public Risk Risk { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = EmptyLabels;

    /// <summary>A JSON Schema for the parameters of a run; none means any object.</summary>
    public JsonElement? Parameters { get; init; }

    public IReadOnlyList<Trigger> Triggers { get; init; } = [];
    public int? TimeoutSeconds { get; init; }
    public Concurrency? Concurrency { get; init; }
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Steps that run, under the same rules, after the run has failed.</summary>
    public IReadOnlyList<Step> OnFailure { get; init; } = [];

    /// <summary>An object of templates that makes the run's output; none means the run has no output.</summary>
    public JsonElement? Outputs { get; init; }

    /// <summary>The <c>x-…</c> fields at the top of the document.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extensions { get; init; } = NoExtensions;

    internal static IReadOnlyDictionary<string, string> EmptyLabels { get; } = new Dictionary<string, string>().AsReadOnly();
    internal static IReadOnlyDictionary<string, JsonElement> NoExtensions { get; } = new Dictionary<string, JsonElement>().AsReadOnly();
}

/// <summary>What happens to a run that finds its concurrency key taken.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ConflictPolicy>))]
public enum ConflictPolicy
{
    /// <summary>It waits in the queue.</summary>
    Queue,

    /// <summary>Its creation is refused.</summary>
    Reject,

    /// <summary>The oldest run that holds the key is canceled.</summary>
    CancelOldest,
}

/// <summary>At most <see cref="Limit"/> runs with the same <see cref="Key"/> at a time; no key means the workflow itself.</summary>
public sealed record Concurrency
{
    public string? Key { get; init; }
    public int Limit { get; init; } = 1;
    public ConflictPolicy OnConflict { get; init; }
}

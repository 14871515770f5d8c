using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>One node of the workflow's graph.</summary>
public sealed record Step
{
    public required string Id { get; init; }

    /// <summary>One of the actions that docs/workflow-document.md lists.</summary>
    public required string Action { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>The action's input, a template; an empty object when the document has none.</summary>
    public JsonElement With { get; init; } = EmptyObject;

    /// <summary>A condition, with or without <c>${{ }}</c>; the step is skipped when it is not true.</summary>
    public string? When { get; init; }

    /// <summary>A list, or a template that gives one: the step runs once per item.</summary>
    public JsonElement? ForEach { get; init; }

    public int? MaxParallel { get; init; }
    public Retry? Retry { get; init; }
    public int? TimeoutSeconds { get; init; }
    public bool ContinueOnError { get; init; }

    /// <summary>The <c>x-…</c> fields of the step.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extensions { get; init; } = WorkflowDocument.NoExtensions;

    internal static JsonElement EmptyObject { get; } = JsonElement.Parse("{}"u8);
}

/// <summary>How the pause between attempts grows.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Backoff>))]
public enum Backoff
{
    Exponential,
    Linear,
    Fixed,
}

/// <summary>How often and how patiently a step is tried again; what is not given comes from the hub's configuration.</summary>
public sealed record Retry
{
    public int? MaxAttempts { get; init; }
    public Backoff Backoff { get; init; }
    public int? InitialMs { get; init; }
    public int? MaxMs { get; init; }
}

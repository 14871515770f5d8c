namespace Switchyard.DefinitionsService.Workflows;

/// <summary>A workflow in the catalogue: the facts of its latest version, and a revision that grows with every change.</summary>
public sealed record Workflow
{
    public required string Org { get; init; }
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public string Owner { get; init; } = "";
    public string Risk { get; init; } = "low";
    public string LabelsJson { get; init; } = "{}";
    public string SearchText { get; init; } = "";
    public required string LatestVersion { get; init; }

    /// <summary>0 only inside the transaction that creates the workflow.</summary>
    public long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public string ETag => $"\"rev-{Revision}\"";
}

/// <summary>What a list of workflows is narrowed to; a null or empty field does not narrow.</summary>
public sealed record WorkflowFilter(
    string? Owner = null, string? Risk = null, string? Text = null, IReadOnlyList<KeyValuePair<string, string>>? Labels = null);

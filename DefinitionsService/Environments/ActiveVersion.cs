namespace Switchyard.DefinitionsService.Environments;

/// <summary>The version of a workflow that an environment runs.</summary>
public sealed record ActiveVersion
{
    public required string Slug { get; init; }
    public required string Environment { get; init; }
    public required string Version { get; init; }
    public required string VersionSort { get; init; }
    public required string Digest { get; init; }
    public required string ActivatedBy { get; init; }
    public required DateTimeOffset ActivatedAt { get; init; }

    /// <summary>Environment to version, for answers.</summary>
    public static SortedDictionary<string, string> Map(IEnumerable<ActiveVersion> active) =>
        new(active.ToDictionary(one => one.Environment, one => one.Version), StringComparer.Ordinal);
}

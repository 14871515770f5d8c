namespace Switchyard.DefinitionsService.Organizations;

/// <summary>A tenant: everything else belongs to exactly one.</summary>
public sealed record Organization
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

using System.Text;
using Switchyard.Contracts.Workflows;

namespace Switchyard.DefinitionsService.Versions;

/// <summary>One immutable version, without its document.</summary>
public record WorkflowVersion
{
    public required string Org { get; init; }
    public required string Slug { get; init; }
    public required string Version { get; init; }

    /// <summary>SemVer precedence as ordinal text.</summary>
    public required string VersionSort { get; init; }

    public string Prerelease { get; init; } = "";
    public required string Digest { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public string ETag => $"\"{Digest}\"";
}

/// <summary>One immutable version with its document in canonical JSON, the text that the digest covers.</summary>
public sealed record StoredVersion : WorkflowVersion
{
    public required string Document { get; init; }

    /// <summary>What was stored has been read before, so it reads again.</summary>
    public WorkflowDocument Read() =>
        WorkflowReader.Read(Encoding.UTF8.GetBytes(Document), WorkflowFormat.Json, int.MaxValue).Document
        ?? throw new InvalidDataException($"The stored document of {Org}/{Slug}@{Version} can no longer be read; its digest is {Digest}.");
}

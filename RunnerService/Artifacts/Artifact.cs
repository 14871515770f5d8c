using System.Text;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>A file that a step left behind: the row that says what it is and where it lies.</summary>
public sealed record Artifact
{
    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required string Org { get; init; }
    public required string StepId { get; init; }
    public required string Name { get; init; }
    public required string ContentType { get; init; }
    public required long SizeBytes { get; init; }

    /// <summary>Of the content, in lower-case hex; also its ETag.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The run's folder, relative to the artifacts directory so that a restored backup may lie elsewhere.</summary>
    public required string Workdir { get; init; }

    /// <summary>The file, relative to <see cref="Workdir"/>.</summary>
    public required string Path { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public ArtifactView ToView() => new()
    {
        Name = Name,
        Size = SizeBytes,
        ContentType = ContentType,
        Sha256 = Sha256,
        StepId = StepId,
        CreatedAt = CreatedAt,
    };
}

/// <summary>What an artifact may be called: one path segment that every file system and every URL can carry.</summary>
public static class ArtifactName
{
    private const int MaxBytes = 160;

    /// <summary>Null when the name is usable; otherwise what is wrong with it.</summary>
    public static string? WhyNot(string name)
    {
        if (name.Length == 0) return "a name is needed";
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes) return $"it is longer than {MaxBytes} bytes";
        if (!Rune.TryGetRuneAt(name, 0, out _) || name.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar)) return "it is not valid text";
        if (!name.IsNormalized()) return "it must be in Unicode normal form C";
        if (name[0] is '.' or ' ' or '-' or '~' || name[^1] is '.' or ' ') return "it must not begin with '.', '-', '~' or a space, nor end with '.' or a space";

        return name.All(c => !char.IsControl(c) && !"/\\:*?\"<>|%".Contains(c, StringComparison.Ordinal) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)
            ? null
            : "it must be one file name, without / \\ : * ? \" < > | % or control characters";
    }
}

using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>Where artifacts lie and how large one may be; section <c>Runner</c>.</summary>
public sealed class ArtifactOptions
{
    /// <summary>Default: <c>artifacts</c> below <c>Hub:DataDirectory</c>, or below <c>.data</c>.</summary>
    public string ArtifactsDirectory { get; set; } = "";

    /// <summary>The size limit of one artifact. Default 64 MiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxArtifactBytes { get; set; } = 64L << 20;
}

/// <summary>A step tried to leave more behind than one artifact may hold.</summary>
public sealed class ArtifactTooLargeException(string name, long limit)
    : IOException($"The artifact '{name}' is larger than the limit of {limit} bytes (Runner:MaxArtifactBytes).");

/// <summary>A path leads out of the folder it was recorded for, or through a symbolic link.</summary>
public sealed class ArtifactOutsideException(string message) : IOException(message);

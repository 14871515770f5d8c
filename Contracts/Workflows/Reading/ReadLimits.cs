namespace Switchyard.Contracts.Workflows;

/// <summary>What a document may cost to read.</summary>
public static class ReadLimits
{
    /// <summary>Bytes of a document unless the caller says otherwise.</summary>
    public const int DefaultMaxBytes = 1024 * 1024;

    public const int MaxDepth = 64;
    public const int MaxNodes = 100_000;
    public const int MaxScalarLength = 256 * 1024;

    /// <summary>Uses of YAML anchors.</summary>
    public const int MaxAliases = 100;

    public const int MaxSteps = 500;

    /// <summary>Items of a forEach.</summary>
    public const int MaxForEachItems = 10_000;
}

namespace Switchyard.Contracts.Expressions;

/// <summary>What an expression may cost, so that a hostile one ends with an error and not with the process.</summary>
public static class ExpressionLimits
{
    /// <summary>Characters of one template string or expression.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Brackets within brackets.</summary>
    public const int MaxNesting = 64;

    /// <summary>Height of the compiled tree; a chain of operators is as high as it is long.</summary>
    public const int MaxHeight = 256;

    /// <summary>UTF-8 bytes of a result.</summary>
    public const int MaxResultBytes = 4 * 1024 * 1024;

    /// <summary>Nodes visited, items walked and characters read, in units of one node.</summary>
    public const int MaxSteps = 5_000_000;

    /// <summary>Characters and items made on the way to the result.</summary>
    public const int MaxAllocated = 16 * 1024 * 1024;
}

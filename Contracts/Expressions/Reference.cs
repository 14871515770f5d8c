namespace Switchyard.Contracts.Expressions;

/// <summary>The names that an expression may begin with.</summary>
public enum ReferenceRoot
{
    Parameters,
    Steps,
    Run,
    Item,
    Index,
    Event,
}

/// <summary>One place where an expression reads a name. <see cref="Name"/> is the parameter or step; null when all parameters are meant.</summary>
public sealed record Reference(ReferenceRoot Root, string? Name, int Position, string Pointer = "");

namespace Switchyard.Contracts.Schemas;

/// <summary>A schema that cannot be used; the pointer is into the schema.</summary>
public sealed class SchemaException(string message, string pointer) : Exception(message)
{
    public string Pointer { get; } = pointer;
}

/// <summary>One way in which a value does not fit its schema; the pointer is into the value.</summary>
public sealed record SchemaError(string Pointer, string Keyword, string Message);

/// <summary>Something in a schema that has no effect, though its author may think so.</summary>
public sealed record SchemaWarning(string Pointer, string Message);

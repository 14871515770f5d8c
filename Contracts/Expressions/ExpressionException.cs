namespace Switchyard.Contracts.Expressions;

/// <summary>An expression that cannot be read or evaluated; says where in its text, and what would help.</summary>
public sealed class ExpressionException : Exception
{
    public ExpressionException(string message, int position, string code = Codes.Evaluation)
        : base(message)
    {
        Position = position;
        Code = code;
    }

    public ExpressionException(string message, int position, string code, string pointer)
        : this(message, position, code) => Pointer = pointer;

    /// <summary>Offset into the text that was parsed, from 0.</summary>
    public int Position { get; }

    /// <summary>The kind of mistake; one of <see cref="Codes"/>.</summary>
    public string Code { get; }

    /// <summary>Where in the template the text stands, as a JSON Pointer; null outside a template.</summary>
    public string? Pointer { get; }

    internal ExpressionException At(string pointer, int offset = 0) => new(Message, Position + offset, Code, pointer);

    /// <summary>The kinds of mistakes.</summary>
    public static class Codes
    {
        public const string Syntax = "syntax";
        public const string UnknownFunction = "unknown_function";
        public const string Arguments = "arguments";
        public const string UnknownName = "unknown_name";
        public const string Limit = "limit";
        public const string Evaluation = "evaluation";
    }
}

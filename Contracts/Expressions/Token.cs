namespace Switchyard.Contracts.Expressions;

internal enum TokenKind
{
    End,
    Number,
    Text,
    Name,
    Dot,
    Comma,
    Colon,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Question,
    Coalesce,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Not,
}

/// <summary>One word of an expression; <see cref="Text"/> is the decoded text of a literal or the name.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, int Length, string? Text = null, double Number = 0)
{
    public int End => Position + Length;
}

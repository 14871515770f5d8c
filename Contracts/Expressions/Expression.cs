using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>A compiled expression. Parse once, keep it, evaluate from any thread.</summary>
public sealed class Expression
{
    private readonly Node _node;

    internal Expression(Node node, IReadOnlyList<Reference> references)
    {
        _node = node;
        References = references;
    }

    /// <summary>What the expression reads.</summary>
    public IReadOnlyList<Reference> References { get; }

    internal bool IsConstant => References.Count == 0;

    /// <summary>Reads an expression, with or without <c>${{ }}</c> around it.</summary>
    public static Expression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        CheckLength(text);
        var references = new List<Reference>();
        var start = Unwrapped(text);
        Node node;
        if (start < 0)
        {
            node = new Parser(text, 0, references).ParseAll();
        }
        else
        {
            node = new Parser(text, start, references).ParseUntilClosed(out var end);
            if (!text.AsSpan(end).IsWhiteSpace())
            {
                throw new ExpressionException("Nothing may follow the closing }} here; write one expression.", end, ExpressionException.Codes.Syntax);
            }
        }
        return new Expression(node, references);
    }

    public Value Evaluate(EvaluationScope scope)
    {
        var frame = new Frame(scope);
        return Run(ref frame);
    }

    internal Value Run(ref Frame frame)
    {
        try
        {
            return _node.Evaluate(ref frame);
        }
        catch (InvalidOperationException error)
        {
            // The JSON reader decodes text late, and only then finds half of a surrogate pair.
            throw new ExpressionException($"A text that the expression reads is not valid Unicode ({error.Message})", _node.Position);
        }
    }

    /// <summary>The result as JSON.</summary>
    public JsonElement EvaluateJson(EvaluationScope scope) => Evaluate(scope).ToJson();

    /// <summary>The result as a condition: false, null, 0 and "" are not true.</summary>
    public bool IsTrue(EvaluationScope scope) => Evaluate(scope).IsTruthy;

    internal static void CheckLength(string text)
    {
        if (text.Length > ExpressionLimits.MaxLength)
        {
            throw new ExpressionException($"The text is longer than {ExpressionLimits.MaxLength:N0} characters.", 0, ExpressionException.Codes.Limit);
        }
    }

    private static int Unwrapped(string text)
    {
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }
        return text.AsSpan(start).StartsWith("${{") ? start + 3 : -1;
    }
}

namespace Switchyard.Contracts.Expressions;

internal sealed class AndNode(Node left, Node right, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        return Value.Of(left.Evaluate(ref frame).IsTruthy && right.Evaluate(ref frame).IsTruthy);
    }
}

internal sealed class OrNode(Node left, Node right, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        return Value.Of(left.Evaluate(ref frame).IsTruthy || right.Evaluate(ref frame).IsTruthy);
    }
}

internal sealed class CoalesceNode(Node left, Node right, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        var value = left.Evaluate(ref frame);
        return value.IsNull ? right.Evaluate(ref frame) : value;
    }
}

internal sealed class ChoiceNode(Node condition, Node yes, Node no, int position)
    : Node(position, Math.Max(condition.Height, Math.Max(yes.Height, no.Height)) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        return condition.Evaluate(ref frame).IsTruthy ? yes.Evaluate(ref frame) : no.Evaluate(ref frame);
    }
}

internal sealed class NotNode(Node of, int position) : Node(position, of.Height + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        return Value.Of(!of.Evaluate(ref frame).IsTruthy);
    }
}

internal sealed class NegateNode(Node of, int position) : Node(position, of.Height + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        var value = of.Evaluate(ref frame);
        return value.Kind == ValueKind.Number ? Value.Of(-value.Number) : throw Fail($"The minus sign needs a number, not {value.TypeName}.");
    }
}

internal sealed class EqualNode(Node left, Node right, bool negated, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        var a = left.Evaluate(ref frame);
        var b = right.Evaluate(ref frame);
        frame.Spend(Cost.OfReading(a), Position);
        return Value.Of(a.Equals(b) != negated);
    }
}

internal sealed class CompareNode(Node left, Node right, TokenKind sign, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        var a = left.Evaluate(ref frame);
        var b = right.Evaluate(ref frame);
        int order;
        switch (a.Kind, b.Kind)
        {
            case (ValueKind.Number, ValueKind.Number):
                order = a.Number.CompareTo(b.Number);
                break;
            case (ValueKind.Text, ValueKind.Text):
                order = string.CompareOrdinal(a.Text, b.Text);
                break;
            case (ValueKind.Null, _) or (_, ValueKind.Null):
                return Value.False;
            case (ValueKind.Number, ValueKind.Text) or (ValueKind.Text, ValueKind.Number):
                throw Fail("A number cannot be compared with a text; turn the text into a number with number(…).");
            default:
                throw Fail($"{a.TypeName} cannot be ordered against {b.TypeName}.");
        }
        return Value.Of(sign switch
        {
            TokenKind.Less => order < 0,
            TokenKind.LessOrEqual => order <= 0,
            TokenKind.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

internal sealed class ArithmeticNode(Node left, Node right, TokenKind sign, int position) : Node(position, Math.Max(left.Height, right.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        var a = left.Evaluate(ref frame);
        var b = right.Evaluate(ref frame);
        if (a.Kind == ValueKind.Number && b.Kind == ValueKind.Number)
        {
            return Compute(a.Number, b.Number);
        }
        if (sign == TokenKind.Plus && (a.Kind == ValueKind.Text || b.Kind == ValueKind.Text))
        {
            var x = a.ToString();
            var y = b.ToString();
            frame.Allocate((long)x.Length + y.Length, Position);
            return Value.Of(string.Concat(x, y));
        }
        var wrong = a.Kind == ValueKind.Number ? b : a;
        throw Fail(wrong.Kind == ValueKind.Text
            ? "Arithmetic needs numbers; turn the text into a number with number(…)."
            : $"Arithmetic needs numbers, not {wrong.TypeName}.");
    }

    private Value Compute(double a, double b)
    {
        if (b == 0 && sign is TokenKind.Divide or TokenKind.Modulo)
        {
            throw Fail("Division by zero.");
        }
        var result = sign switch
        {
            TokenKind.Plus => a + b,
            TokenKind.Minus => a - b,
            TokenKind.Times => a * b,
            TokenKind.Divide => a / b,
            _ => a % b,
        };
        return double.IsFinite(result) ? Value.Of(result) : throw Fail("The result is too large for a number.");
    }
}

internal static class Cost
{
    /// <summary>Steps that looking at the whole of a value is worth.</summary>
    public static int OfReading(Value value) => value.Kind switch
    {
        ValueKind.Text => 1 + (value.Text!.Length / 64),
        ValueKind.List or ValueKind.Map => 1 + value.Count,
        _ => 1,
    };
}

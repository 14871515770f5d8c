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
        return Value.Of(Sameness.Of(a, b, ref frame, Position) != negated);
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

/// <summary>
/// Equality that pays for what it looks at: a few nested calls of map can build a value that, shared parts counted each time they are met,
/// is larger than the universe.
/// </summary>
internal static class Sameness
{
    public static bool Of(Value a, Value b, ref Frame frame, int position)
    {
        frame.Spend(1, position);
        if (a.Kind != b.Kind)
        {
            return false;
        }
        switch (a.Kind)
        {
            case ValueKind.List:
                return a.Count == b.Count && OfItems(a.Items(), b.Items(), ref frame, position);
            case ValueKind.Map:
                return a.Count == b.Count && OfFields(a.Fields(), b.Fields(), ref frame, position);
            case ValueKind.Text:
                var same = a.Equals(b);
                frame.Spend(same ? a.Text!.Length / 64 : 0, position);
                return same;
            default:
                return a.Equals(b);
        }
    }

    private static bool OfItems(Value[] a, Value[] b, ref Frame frame, int position)
    {
        for (var i = 0; i < a.Length; i++)
        {
            if (!Of(a[i], b[i], ref frame, position))
            {
                return false;
            }
        }
        return true;
    }

    private static bool OfFields(ValueMap a, ValueMap b, ref Frame frame, int position)
    {
        for (var i = 0; i < a.Count; i++)
        {
            frame.Spend(b.Count / 32, position);
            if (!b.Has(a.Names[i]) || !Of(a.Values[i], b.Find(a.Names[i]), ref frame, position))
            {
                return false;
            }
        }
        return true;
    }
}

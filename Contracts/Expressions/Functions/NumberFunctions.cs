namespace Switchyard.Contracts.Expressions;

/// <summary>Functions over numbers and lists of them.</summary>
internal static class NumberFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("sum(list, selector?)", 1, 2, "The sum of the numbers; nulls do not count.", Sum, TakesSelector: true),
        new("avg(list, selector?)", 1, 2, "The mean of the numbers; null for none.", Average, TakesSelector: true),
        new("min(listOrNumbers…)", 1, Function.AnyNumber, "The least of the numbers or texts; null for none.", (in c, ref f) => Extreme(c, ref f, -1)),
        new("max(listOrNumbers…)", 1, Function.AnyNumber, "The greatest of the numbers or texts; null for none.", (in c, ref f) => Extreme(c, ref f, 1)),
        new("round(number, digits?)", 1, 2, "The number rounded half away from zero.", Round),
        new("floor(number)", 1, 1, "The next whole number below.", (in c, ref f) => Value.Of(Math.Floor(c.Number(0)))),
        new("ceil(number)", 1, 1, "The next whole number above.", (in c, ref f) => Value.Of(Math.Ceiling(c.Number(0)))),
        new("abs(number)", 1, 1, "The number without its sign.", (in c, ref f) => Value.Of(Math.Abs(c.Number(0)))),
        new("number(value)", 1, 1, "The number that a text holds.", ToNumber),
    ];

    private static Value Sum(in Call call, ref Frame frame) => Value.Of(Total(call, ref frame, out _));

    private static Value Average(in Call call, ref Frame frame)
    {
        var total = Total(call, ref frame, out var count);
        return count == 0 ? Value.Null : Value.Of(total / count);
    }

    private static double Total(in Call call, ref Frame frame, out int count)
    {
        var total = 0.0;
        count = 0;
        foreach (var value in call.Select(call.List(0, ref frame), ref frame))
        {
            if (value.IsNull)
            {
                continue;
            }
            if (value.Kind != ValueKind.Number)
            {
                throw call.Fail($"the list holds {value.TypeName}{(value.Kind == ValueKind.Text ? $" '{Excerpt(value.Text!)}'" : "")}, not only numbers.");
            }
            total += value.Number;
            count++;
        }
        return double.IsFinite(total) ? total : throw call.Fail("the result is too large for a number.");
    }

    private static Value Extreme(in Call call, ref Frame frame, int sign)
    {
        var values = call.Count == 1 && call[0].Kind is ValueKind.List or ValueKind.Null ? call.List(0, ref frame) : call.All;
        var best = Value.Null;
        foreach (var value in values)
        {
            if (value.IsNull)
            {
                continue;
            }
            if (value.Kind is not (ValueKind.Number or ValueKind.Text) || (!best.IsNull && best.Kind != value.Kind))
            {
                throw call.Fail("the values must be all numbers or all texts.");
            }
            if (best.IsNull || Math.Sign(ListFunctions.Order(value, best)) == sign)
            {
                best = value;
            }
        }
        return best;
    }

    private static Value Round(in Call call, ref Frame frame)
    {
        var number = call.Number(0);
        var digits = call.Count > 1 ? call.Whole(1, 0, 15) : 0;
        // Through decimal where it fits: 1.005 is meant as written, not as its nearest binary fraction.
        return Value.Of(Math.Abs(number) < 1e13
            ? (double)Math.Round((decimal)number, digits, MidpointRounding.AwayFromZero)
            : Math.Round(number, digits, MidpointRounding.AwayFromZero));
    }

    private static Value ToNumber(in Call call, ref Frame frame)
    {
        var value = call[0];
        switch (value.Kind)
        {
            case ValueKind.Number:
                return value;
            case ValueKind.Boolean:
                return Value.Of(value.IsTruthy ? 1 : 0);
            case ValueKind.Text when NumberText.TryRead(call.Text(0, ref frame).AsSpan().Trim(), out var number):
                return Value.Of(number);
            case ValueKind.Text:
                throw call.Fail($"'{Excerpt(value.Text!)}' is no number.");
            default:
                throw call.Fail($"{value.TypeName} is no number; give a default with default(…, 0).");
        }
    }

    private static string Excerpt(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

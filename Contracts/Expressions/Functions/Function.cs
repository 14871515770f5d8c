namespace Switchyard.Contracts.Expressions;

internal delegate Value FunctionBody(in Call call, ref Frame frame);

/// <summary>One function: its name, how it is written, and what it does.</summary>
internal sealed record Function(string Signature, int Least, int Most, string Summary, FunctionBody Body, bool TakesSelector = false)
{
    public const int AnyNumber = 32;

    public string Name { get; } = Signature[..Signature.IndexOf('(')];
}

/// <summary>
/// What map, filter and the like do per item: an expression over <c>item</c> and <c>index</c>, or, when it uses neither, the name of a field.
/// </summary>
internal sealed record Selector(Node Node, bool UsesItem);

/// <summary>One call under way: the arguments, already evaluated, and the names for its error messages.</summary>
internal readonly ref struct Call(Function function, ReadOnlySpan<Value> arguments, Selector? selector, int position)
{
    private readonly ReadOnlySpan<Value> _arguments = arguments;

    public int Position { get; } = position;
    public int Count => _arguments.Length;
    public bool HasSelector => selector is not null;
    public Value this[int i] => i < _arguments.Length ? _arguments[i] : Value.Null;
    public ReadOnlySpan<Value> All => _arguments;

    public ExpressionException Fail(string message) => new($"{function.Name}: {message}", Position);

    public string Text(int i, ref Frame frame)
    {
        var value = this[i];
        if (value.Kind is not (ValueKind.Text or ValueKind.Null or ValueKind.Number or ValueKind.Boolean))
        {
            throw Fail($"argument {i + 1} must be a text, not {value.TypeName}.");
        }
        var text = value.ToString();
        frame.Spend(1 + (text.Length / 64), Position);
        return text;
    }

    public double Number(int i)
    {
        var value = this[i];
        return value.Kind == ValueKind.Number
            ? value.Number
            : throw Fail($"argument {i + 1} must be a number, not {value.TypeName}{(value.Kind == ValueKind.Text ? "; turn it into one with number(…)" : "")}.");
    }

    public int Whole(int i, int least, int most)
    {
        var number = Number(i);
        return number == Math.Truncate(number) && number >= least && number <= most
            ? (int)number
            : throw Fail($"argument {i + 1} must be a whole number from {least} to {most}.");
    }

    /// <summary>The items of a list; null is an empty list, so that a skipped step's output needs no special case.</summary>
    public Value[] List(int i, ref Frame frame)
    {
        var value = this[i];
        if (value.Kind is not (ValueKind.List or ValueKind.Null))
        {
            throw Fail($"argument {i + 1} must be a list, not {value.TypeName}{(value.Kind == ValueKind.Text ? "; read it with json(…) or csv(…) first" : "")}.");
        }
        var count = value.Count;
        frame.Spend(1 + count, Position);
        frame.Allocate(count, Position);
        return value.Items();
    }

    public ValueMap Map(int i, ref Frame frame)
    {
        var value = this[i];
        if (value.Kind is not (ValueKind.Map or ValueKind.Null))
        {
            throw Fail($"argument {i + 1} must be an object, not {value.TypeName}.");
        }
        var count = value.Count;
        frame.Spend(1 + count, Position);
        frame.Allocate(count, Position);
        return value.Fields();
    }

    /// <summary>Gives the selected value of each item; without a selector the items themselves.</summary>
    public Value[] Select(Value[] items, ref Frame frame)
    {
        if (selector is null)
        {
            return items;
        }
        var selected = new Value[items.Length];
        if (!selector.UsesItem)
        {
            var name = selector.Node.Evaluate(ref frame);
            if (name.Kind != ValueKind.Text)
            {
                throw Fail("the last argument must be an expression that uses item, or the name of a field.");
            }
            var field = name.Text!;
            for (var i = 0; i < items.Length; i++)
            {
                frame.Spend(1, Position);
                selected[i] = items[i].Field(field);
            }
            return selected;
        }
        var (outerItem, outerIndex) = (frame.Item, frame.Index);
        for (var i = 0; i < items.Length; i++)
        {
            frame.Spend(1, Position);
            frame.Item = items[i];
            frame.Index = Value.Of(i);
            selected[i] = selector.Node.Evaluate(ref frame);
        }
        (frame.Item, frame.Index) = (outerItem, outerIndex);
        return selected;
    }
}

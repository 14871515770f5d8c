using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Expressions;

/// <summary>Functions over lists.</summary>
internal static class ListFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("length(value)", 1, 1, "Items of a list, fields of an object, characters of a text; 0 for null.", Length),
        new("first(list)", 1, 1, "The first item; null for none.", (in c, ref f) => At(c, 0)),
        new("last(list)", 1, 1, "The last item; null for none.", (in c, ref f) => At(c, -1)),
        new("slice(list, start, end?)", 2, 3, "The items (or characters of a text) from start up to, not including, end; negative counts from the end.", Slice),
        new("reverse(list)", 1, 1, "The items in reverse order.", Reverse),
        new("flatten(list)", 1, 1, "The items of the lists within the list.", Flatten),
        new("unique(list, selector?)", 1, 2, "Each item once, by value or by what is selected.", Unique, TakesSelector: true),
        new("sort(list)", 1, 1, "The items in order: nulls, booleans, numbers, texts.", (in c, ref f) => Sort(c, ref f), TakesSelector: true),
        new("sortBy(list, selector)", 2, 2, "The items ordered by what is selected.", (in c, ref f) => Sort(c, ref f), TakesSelector: true),
        new("map(list, selector)", 2, 2, "What is selected of each item: an expression over item, or a field's name.", Map, TakesSelector: true),
        new("filter(list, selector?)", 1, 2, "The items for which the selector is true.", Filter, TakesSelector: true),
        new("any(list, selector?)", 1, 2, "Whether the selector is true for some item.", (in c, ref f) => Value.Of(CountTrue(c, ref f, out _) > 0), TakesSelector: true),
        new("all(list, selector?)", 1, 2, "Whether the selector is true for every item.", (in c, ref f) => Value.Of(CountTrue(c, ref f, out var n) == n), TakesSelector: true),
        new("groupBy(list, selector)", 2, 2, "A list of { key, items }, in order of first appearance.", GroupBy, TakesSelector: true),
        new("range(count)", 1, 1, "The numbers from 0 up to, not including, count.", Range),
    ];

    /// <summary>A total order over values, so that a mixed list sorts the same way every time.</summary>
    internal static int Order(Value a, Value b)
    {
        if (a.Kind != b.Kind)
        {
            return a.Kind.CompareTo(b.Kind);
        }
        return a.Kind switch
        {
            ValueKind.Boolean => a.IsTruthy.CompareTo(b.IsTruthy),
            ValueKind.Number => a.Number.CompareTo(b.Number),
            ValueKind.Text => string.CompareOrdinal(a.Text, b.Text),
            _ => 0,
        };
    }

    private static Value Length(in Call call, ref Frame frame)
    {
        var value = call[0];
        return value.Kind switch
        {
            ValueKind.Null => Value.Of(0),
            ValueKind.Text => Value.Of(value.Text!.Length),
            ValueKind.List or ValueKind.Map => Value.Of(value.Count),
            _ => throw call.Fail($"{value.TypeName} has no length."),
        };
    }

    private static Value At(in Call call, int index) => call[0].Kind is ValueKind.List or ValueKind.Null
        ? call[0].Item(index)
        : throw call.Fail($"argument 1 must be a list, not {call[0].TypeName}.");

    private static Value Slice(in Call call, ref Frame frame)
    {
        var text = call[0].Kind == ValueKind.Text ? call.Text(0, ref frame) : null;
        var items = text is null ? call.List(0, ref frame) : [];
        var count = text?.Length ?? items.Length;
        var start = Place(call.Whole(1, -int.MaxValue, int.MaxValue), count);
        var end = call.Count > 2 && !call[2].IsNull ? Place(call.Whole(2, -int.MaxValue, int.MaxValue), count) : count;
        if (end <= start)
        {
            return text is null ? Value.Of(Array.Empty<Value>()) : Value.Of("");
        }
        return text is null ? Value.Of(items[start..end]) : TextFunctions.Made(text[start..end], call, ref frame);
    }

    private static int Place(int index, int count) => Math.Clamp(index < 0 ? index + count : index, 0, count);

    private static Value Reverse(in Call call, ref Frame frame)
    {
        var copy = (Value[])call.List(0, ref frame).Clone();
        Array.Reverse(copy);
        return Value.Of(copy);
    }

    private static Value Flatten(in Call call, ref Frame frame)
    {
        var flat = new List<Value>();
        foreach (var item in call.List(0, ref frame))
        {
            if (item.Kind != ValueKind.List)
            {
                flat.Add(item);
                continue;
            }
            frame.Spend(item.Count, call.Position);
            frame.Allocate(item.Count, call.Position);
            flat.AddRange(item.Items());
        }
        return Value.Of(flat.ToArray());
    }

    private static Value Unique(in Call call, ref Frame frame)
    {
        var items = call.List(0, ref frame);
        var keys = call.Select(items, ref frame);
        var seen = new HashSet<(ValueKind, Value)>();
        var kept = new List<Value>();
        for (var i = 0; i < items.Length; i++)
        {
            if (seen.Add(Key(keys[i], call, ref frame)))
            {
                kept.Add(items[i]);
            }
        }
        return Value.Of(kept.ToArray());
    }

    private static Value Sort(in Call call, ref Frame frame)
    {
        var items = call.List(0, ref frame);
        var keys = (Value[])call.Select(items, ref frame).Clone();
        var sorted = (Value[])items.Clone();
        frame.Spend(items.Length * (int)Math.Log2(items.Length + 1), call.Position);
        // Stable: equal keys keep their order, which Array.Sort alone does not promise.
        var places = new int[items.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }
        Array.Sort(places, (a, b) => Order(keys[a], keys[b]) is var order && order != 0 ? order : a.CompareTo(b));
        for (var i = 0; i < places.Length; i++)
        {
            sorted[i] = items[places[i]];
        }
        return Value.Of(sorted);
    }

    private static Value Map(in Call call, ref Frame frame) => Value.Of(call.Select(call.List(0, ref frame), ref frame));

    private static Value Filter(in Call call, ref Frame frame)
    {
        var items = call.List(0, ref frame);
        var chosen = call.Select(items, ref frame);
        var kept = new List<Value>();
        for (var i = 0; i < items.Length; i++)
        {
            if (chosen[i].IsTruthy)
            {
                kept.Add(items[i]);
            }
        }
        return Value.Of(kept.ToArray());
    }

    private static int CountTrue(in Call call, ref Frame frame, out int of)
    {
        var chosen = call.Select(call.List(0, ref frame), ref frame);
        of = chosen.Length;
        return chosen.Count(value => value.IsTruthy);
    }

    private static Value GroupBy(in Call call, ref Frame frame)
    {
        var items = call.List(0, ref frame);
        var keys = call.Select(items, ref frame);
        var groups = new Dictionary<(ValueKind, Value), (Value Key, List<Value> Items)>();
        var order = new List<(ValueKind, Value)>();
        for (var i = 0; i < items.Length; i++)
        {
            var key = Key(keys[i], call, ref frame);
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = (keys[i], []));
                order.Add(key);
            }
            group.Items.Add(items[i]);
        }
        return Value.Of(order.Select(key => Value.Of(("key", groups[key].Key), ("items", Value.Of(groups[key].Items.ToArray())))).ToArray());
    }

    // Lists and objects are told apart by their canonical text: it can be hashed, and its making is paid for.
    private static (ValueKind, Value) Key(Value value, in Call call, ref Frame frame)
    {
        frame.Spend(1, call.Position);
        if (value.Kind is not (ValueKind.List or ValueKind.Map))
        {
            return (value.Kind, value);
        }
        var text = CanonicalJson.WriteValue(value.ToJson());
        frame.Spend(1 + (text.Length / 8), call.Position);
        return (value.Kind, Value.Of(text));
    }

    private static Value Range(in Call call, ref Frame frame)
    {
        var count = call.Whole(0, 0, 100_000);
        frame.Spend(count, call.Position);
        frame.Allocate(count, call.Position);
        var numbers = new Value[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = Value.Of(i);
        }
        return Value.Of(numbers);
    }
}

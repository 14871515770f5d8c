namespace Switchyard.Contracts.Expressions;

/// <summary>Functions over objects, and over what may be missing.</summary>
internal static class MapFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("keys(object)", 1, 1, "The names of the fields.", (in c, ref f) => Value.Of(Array.ConvertAll(c.Map(0, ref f).Names, Value.Of))),
        new("values(object)", 1, 1, "The values of the fields.", (in c, ref f) => Value.Of(c.Map(0, ref f).Values)),
        new("entries(object)", 1, 1, "A list of { key, value }.", Entries),
        new("merge(objects…)", 1, Function.AnyNumber, "One object of all fields; later ones win.", Merge),
        new("default(value, fallback)", 2, 2, "The fallback when the value is null, missing or an empty text.", (in c, ref f) => c[0].IsNull || c[0] is { Kind: ValueKind.Text, IsTruthy: false } ? c[1] : c[0]),
        new("coalesce(values…)", 1, Function.AnyNumber, "The first value that is not null.", Coalesce),
        new("type(value)", 1, 1, "null, boolean, number, text, list or map.", (in c, ref f) => Value.Of(c[0].Kind.ToString().ToLowerInvariant())),
    ];

    private static Value Entries(in Call call, ref Frame frame)
    {
        var map = call.Map(0, ref frame);
        var entries = new Value[map.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = Value.Of(("key", Value.Of(map.Names[i])), ("value", map.Values[i]));
        }
        return Value.Of(entries);
    }

    private static Value Merge(in Call call, ref Frame frame)
    {
        var merged = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        for (var i = 0; i < call.Count; i++)
        {
            var map = call.Map(i, ref frame);
            for (var j = 0; j < map.Count; j++)
            {
                merged[map.Names[j]] = map.Values[j];
            }
        }
        return Value.Of(new ValueMap([.. merged.Keys], [.. merged.Values]));
    }

    private static Value Coalesce(in Call call, ref Frame frame)
    {
        foreach (var value in call.All)
        {
            if (!value.IsNull)
            {
                return value;
            }
        }
        return Value.Null;
    }
}

using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>Named values in order; rows of one table share their names.</summary>
internal sealed class ValueMap(string[] names, Value[] values)
{
    // Below this a scan over references beats a hash.
    private const int ScanUpTo = 12;

    private Dictionary<string, int>? _index;

    public static ValueMap Empty { get; } = new([], []);

    public int Count => names.Length;
    public string[] Names => names;
    public Value[] Values => values;

    public static ValueMap From(JsonElement element)
    {
        var names = new List<string>();
        var values = new List<Value>();
        foreach (var property in element.EnumerateObject())
        {
            names.Add(property.Name);
            values.Add(Value.Of(property.Value));
        }
        return new ValueMap([.. names], [.. values]);
    }

    public Value Find(string name)
    {
        if (names.Length <= ScanUpTo)
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (string.Equals(names[i], name, StringComparison.Ordinal))
                {
                    return values[i];
                }
            }
            return default;
        }
        if (_index is null)
        {
            // Two threads may both build it; either result is right.
            var index = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
            for (var i = 0; i < names.Length; i++)
            {
                index.TryAdd(names[i], i);
            }
            _index = index;
        }
        return _index.TryGetValue(name, out var at) ? values[at] : default;
    }

    public bool SameAs(ValueMap other)
    {
        foreach (var name in names)
        {
            if (!other.Has(name) || Find(name) != other.Find(name))
            {
                return false;
            }
        }
        return true;
    }

    public bool Has(string name) => names.AsSpan().Contains(name);

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        for (var i = 0; i < names.Length; i++)
        {
            writer.WritePropertyName(names[i]);
            values[i].WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

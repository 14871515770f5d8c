using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>The types a value can have.</summary>
public enum ValueKind
{
    Null,
    Boolean,
    Number,
    Text,
    List,
    Map,
}

/// <summary>
/// A value inside an expression. What came from JSON stays a <see cref="JsonElement"/> until somebody looks inside, so that passing a
/// step's output on costs nothing, and a number keeps every digit it came with.
/// </summary>
[DebuggerDisplay("{Kind}: {ToString()}")]
public readonly struct Value : IEquatable<Value>
{
    private readonly object? _reference;
    private readonly double _number;
    private readonly JsonElement _element;

    private Value(ValueKind kind, object? reference, double number, JsonElement element)
    {
        Kind = kind;
        _reference = reference;
        _number = number;
        _element = element;
    }

    public ValueKind Kind { get; }

    public static Value Null => default;
    public static Value True { get; } = new(ValueKind.Boolean, null, 1, default);
    public static Value False { get; } = new(ValueKind.Boolean, null, 0, default);

    public static Value Of(bool value) => value ? True : False;
    public static Value Of(double value) => new(ValueKind.Number, null, value, default);
    public static Value Of(string? value) => value is null ? default : new(ValueKind.Text, value, 0, default);
    public static Value Of(Value[] items) => new(ValueKind.List, items, 0, default);
    internal static Value Of(ValueMap map) => new(ValueKind.Map, map, 0, default);

    /// <summary>A map of the given fields, in their order.</summary>
    public static Value Of(params ReadOnlySpan<(string Name, Value Value)> fields)
    {
        var names = new string[fields.Length];
        var values = new Value[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            (names[i], values[i]) = fields[i];
        }
        return Of(new ValueMap(names, values));
    }

    public static Value Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new(ValueKind.Map, null, 0, element),
        JsonValueKind.Array => new(ValueKind.List, null, 0, element),
        JsonValueKind.String => new(ValueKind.Text, null, 0, element),
        JsonValueKind.Number => new(ValueKind.Number, null, element.GetDouble(), element),
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        _ => default,
    };

    public static Value Of(JsonElement? element) => element is { } present ? Of(present) : default;

    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>The number; 0 for anything that is none.</summary>
    public double Number => Kind == ValueKind.Number ? _number : 0;

    /// <summary>The text; null for anything that is none.</summary>
    public string? Text => Kind == ValueKind.Text ? _reference as string ?? _element.GetString() : null;

    /// <summary>False, null, 0 and "" are not true; everything else is.</summary>
    public bool IsTruthy => Kind switch
    {
        ValueKind.Null => false,
        ValueKind.Boolean or ValueKind.Number => _number != 0,
        ValueKind.Text => _reference is string text ? text.Length > 0 : !_element.ValueEquals(ReadOnlySpan<byte>.Empty),
        _ => true,
    };

    /// <summary>Items of a list or fields of a map.</summary>
    public int Count => Kind switch
    {
        ValueKind.List => _reference is Value[] items ? items.Length : _element.GetArrayLength(),
        ValueKind.Map => _reference is ValueMap map ? map.Count : _element.GetPropertyCount(),
        _ => 0,
    };

    /// <summary>A field of a map; null when there is none, or when this is no map.</summary>
    public Value Field(string name)
    {
        if (Kind != ValueKind.Map)
        {
            return default;
        }
        if (_reference is ValueMap map)
        {
            return map.Find(name);
        }
        return _element.TryGetProperty(name, out var field) ? Of(field) : default;
    }

    /// <summary>An item of a list, counted from the end when negative; null outside it.</summary>
    public Value Item(int index)
    {
        if (Kind != ValueKind.List)
        {
            return default;
        }
        var count = Count;
        if (index < 0)
        {
            index += count;
        }
        if (index < 0 || index >= count)
        {
            return default;
        }
        return _reference is Value[] items ? items[index] : Of(_element[index]);
    }

    /// <summary>The items of a list; empty for anything that is none. Never write to it: it may be the list itself.</summary>
    public Value[] Items()
    {
        if (Kind != ValueKind.List)
        {
            return [];
        }
        if (_reference is Value[] items)
        {
            return items;
        }
        var copy = new Value[_element.GetArrayLength()];
        var i = 0;
        foreach (var item in _element.EnumerateArray())
        {
            copy[i++] = Of(item);
        }
        return copy;
    }

    /// <summary>The fields of a map, in their order; empty for anything that is none.</summary>
    internal ValueMap Fields()
    {
        if (Kind != ValueKind.Map)
        {
            return ValueMap.Empty;
        }
        return _reference as ValueMap ?? ValueMap.From(_element);
    }

    public bool Equals(Value other)
    {
        if (Kind != other.Kind)
        {
            return false;
        }
        switch (Kind)
        {
            case ValueKind.Null:
                return true;
            case ValueKind.Boolean:
            case ValueKind.Number:
                return _number.Equals(other._number);
            case ValueKind.Text:
                // Comparing in UTF-8 spares the string that nobody will ask for again.
                if (other._reference is string right)
                {
                    return _reference is string left ? left == right : _element.ValueEquals(right);
                }
                return other._element.ValueEquals(Text);
            case ValueKind.List:
                return Count == other.Count && Items().AsSpan().SequenceEqual(other.Items());
            default:
                return Count == other.Count && Fields().SameAs(other.Fields());
        }
    }

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => Kind switch
    {
        ValueKind.Boolean or ValueKind.Number => HashCode.Combine(Kind, _number),
        ValueKind.Text => HashCode.Combine(Kind, string.GetHashCode(Text, StringComparison.Ordinal)),
        ValueKind.List or ValueKind.Map => HashCode.Combine(Kind, Count),
        _ => 0,
    };

    public static bool operator ==(Value left, Value right) => left.Equals(right);
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_element.ValueKind != JsonValueKind.Undefined)
        {
            _element.WriteTo(writer);
            return;
        }
        switch (Kind)
        {
            case ValueKind.Null:
                writer.WriteNullValue();
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(_number != 0);
                break;
            case ValueKind.Number:
                writer.WriteRawValue(NumberText.Write(_number), skipInputValidation: true);
                break;
            case ValueKind.Text:
                WriteText(writer, (string)_reference!);
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (var item in (Value[])_reference!)
                {
                    item.WriteTo(writer);
                }
                writer.WriteEndArray();
                break;
            default:
                ((ValueMap)_reference!).WriteTo(writer);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string text)
    {
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            // A slice may have cut a pair in two; the encoder puts U+FFFD for the half, the writer would throw.
            writer.WriteStringValue(Encoding.UTF8.GetBytes(text));
            return;
        }
        writer.WriteStringValue(text);
    }

    /// <summary>The value as JSON; what came from JSON comes back as it was.</summary>
    public JsonElement ToJson() => Kind switch
    {
        _ when _element.ValueKind != JsonValueKind.Undefined => _element,
        ValueKind.Null => JsonConstants.Null,
        ValueKind.Boolean => _number != 0 ? JsonConstants.True : JsonConstants.False,
        _ => BoundedJson.Build(this, static (writer, value) => value.WriteTo(writer)),
    };

    /// <summary>The value as it reads inside a text: null is empty, lists and maps are JSON.</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Null => "",
        ValueKind.Boolean => _number != 0 ? "true" : "false",
        ValueKind.Number => _element.ValueKind == JsonValueKind.Number ? _element.GetRawText() : NumberText.Write(_number),
        ValueKind.Text => Text!,
        _ when _element.ValueKind != JsonValueKind.Undefined && _element.GetRawText() is { } raw && !raw.AsSpan().ContainsAny('\n', '\t', ' ') => raw,
        _ => BoundedJson.Text(this),
    };

    /// <summary>How the messages name the type.</summary>
    internal string TypeName => Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => "a boolean",
        ValueKind.Number => "a number",
        ValueKind.Text => "a text",
        ValueKind.List => "a list",
        _ => "an object",
    };
}

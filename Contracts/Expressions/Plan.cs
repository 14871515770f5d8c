using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>One node of a compiled template.</summary>
internal abstract class Plan
{
    public abstract void Write(Utf8JsonWriter writer, ref Frame frame);

    public abstract Value Evaluate(ref Frame frame);

    public static Plan Of(JsonElement element, string pointer, List<Reference> references, ICollection<ExpressionException> errors)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return OfText(element.GetString()!, () => element, pointer, references);
                }
                catch (ExpressionException error)
                {
                    errors.Add(error);
                    return new ConstantPlan(element);
                }
            case JsonValueKind.Array:
                var items = element.EnumerateArray().Select((item, i) => Of(item, $"{pointer}/{i}", references, errors)).ToArray();
                return Array.TrueForAll(items, item => item is ConstantPlan) ? new ConstantPlan(element) : new ArrayPlan(items);
            case JsonValueKind.Object:
                var fields = element.EnumerateObject()
                    .Select(property => (property.Name, Value: Of(property.Value, $"{pointer}/{Escape(property.Name)}", references, errors)))
                    .ToArray();
                return Array.TrueForAll(fields, field => field.Value is ConstantPlan) ? new ConstantPlan(element) : new ObjectPlan(fields);
            default:
                return new ConstantPlan(element);
        }
    }

    public static Plan OfText(string text, Func<JsonElement> element, string pointer, List<Reference> references)
    {
        if (!text.Contains("${{", StringComparison.Ordinal))
        {
            return new ConstantPlan(element());
        }
        try
        {
            return Split(text, pointer, references);
        }
        catch (ExpressionException error)
        {
            throw error.At(pointer);
        }
    }

    private static Plan Split(string text, string pointer, List<Reference> references)
    {
        Expression.CheckLength(text);
        var parts = new List<TextPart>();
        var plain = new StringBuilder();
        var at = 0;
        while (true)
        {
            var open = text.IndexOf("${{", at, StringComparison.Ordinal);
            if (open < 0)
            {
                plain.Append(text, at, text.Length - at);
                break;
            }
            if (open > at && text[open - 1] == '$')
            {
                plain.Append(text, at, open - 1 - at).Append("${{");
                at = open + 3;
                continue;
            }
            plain.Append(text, at, open - at);
            var found = new List<Reference>();
            var node = new Parser(text, open + 3, found).ParseUntilClosed(out at);
            references.AddRange(found.Select(reference => reference with { Pointer = pointer }));
            if (plain.Length > 0)
            {
                parts.Add(new TextPart(plain.ToString(), null));
                plain.Clear();
            }
            parts.Add(new TextPart(null, new Expression(node, found)));
        }
        if (plain.Length > 0)
        {
            parts.Add(new TextPart(plain.ToString(), null));
        }
        return parts is [{ Expression: { } lone }] ? new ExpressionPlan(lone, pointer) : new TextPlan([.. parts], pointer);
    }

    internal static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>A part without expressions, copied as it is.</summary>
internal sealed class ConstantPlan(JsonElement element) : Plan
{
    public JsonElement Element { get; } = element;

    public override void Write(Utf8JsonWriter writer, ref Frame frame) => Element.WriteTo(writer);

    public override Value Evaluate(ref Frame frame) => Value.Of(Element);
}

/// <summary>A text that is one expression: the result keeps its type.</summary>
internal sealed class ExpressionPlan(Expression expression, string pointer) : Plan
{
    public override void Write(Utf8JsonWriter writer, ref Frame frame) => Evaluate(ref frame).WriteTo(writer);

    public override Value Evaluate(ref Frame frame)
    {
        try
        {
            return expression.Run(ref frame);
        }
        catch (ExpressionException error)
        {
            throw error.At(pointer);
        }
    }
}

internal readonly record struct TextPart(string? Plain, Expression? Expression);

/// <summary>A text with expressions inside.</summary>
internal sealed class TextPlan(TextPart[] parts, string pointer) : Plan
{
    public override void Write(Utf8JsonWriter writer, ref Frame frame) => writer.WriteStringValue(Fill(ref frame));

    public override Value Evaluate(ref Frame frame) => Value.Of(Fill(ref frame));

    private string Fill(ref Frame frame)
    {
        var texts = new string[parts.Length];
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                texts[i] = parts[i].Plain ?? parts[i].Expression!.Run(ref frame).ToString();
                frame.Allocate(texts[i].Length, 0);
            }
        }
        catch (ExpressionException error)
        {
            throw error.At(pointer);
        }
        return string.Concat(texts);
    }
}

internal sealed class ArrayPlan(Plan[] items) : Plan
{
    public override void Write(Utf8JsonWriter writer, ref Frame frame)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            item.Write(writer, ref frame);
        }
        writer.WriteEndArray();
    }

    public override Value Evaluate(ref Frame frame)
    {
        var values = new Value[items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(ref frame);
        }
        return Value.Of(values);
    }
}

internal sealed class ObjectPlan((string Name, Plan Value)[] fields) : Plan
{
    private readonly string[] _names = Array.ConvertAll(fields, field => field.Name);

    private readonly JsonEncodedText[] _encoded =
        Array.ConvertAll(fields, field => JsonEncodedText.Encode(field.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));

    public override void Write(Utf8JsonWriter writer, ref Frame frame)
    {
        writer.WriteStartObject();
        for (var i = 0; i < fields.Length; i++)
        {
            writer.WritePropertyName(_encoded[i]);
            fields[i].Value.Write(writer, ref frame);
        }
        writer.WriteEndObject();
    }

    public override Value Evaluate(ref Frame frame)
    {
        var values = new Value[fields.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = fields[i].Value.Evaluate(ref frame);
        }
        return Value.Of(new ValueMap(_names, values));
    }
}

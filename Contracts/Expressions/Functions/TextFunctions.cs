using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.Contracts.Expressions;

/// <summary>Functions over text.</summary>
internal static class TextFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("upper(text)", 1, 1, "The text in upper case.", (in c, ref f) => Made(c.Text(0, ref f).ToUpperInvariant(), c, ref f)),
        new("lower(text)", 1, 1, "The text in lower case.", (in c, ref f) => Made(c.Text(0, ref f).ToLowerInvariant(), c, ref f)),
        new("trim(text)", 1, 1, "The text without white space at its ends.", (in c, ref f) => Made(c.Text(0, ref f).Trim(), c, ref f)),
        new("split(text, separator)", 2, 2, "The parts of a text as a list.", Split),
        new("lines(text)", 1, 1, "The lines of a text as a list.", Lines),
        new("join(list, separator?)", 1, 2, "The items as one text; the separator is \",\" unless given.", Join),
        new("replace(text, what, with)", 3, 3, "The text with every occurrence replaced.", Replace),
        new("startsWith(text, start)", 2, 2, "Whether the text begins so.", (in c, ref f) => Value.Of(c.Text(0, ref f).StartsWith(c.Text(1, ref f), StringComparison.Ordinal))),
        new("endsWith(text, end)", 2, 2, "Whether the text ends so.", (in c, ref f) => Value.Of(c.Text(0, ref f).EndsWith(c.Text(1, ref f), StringComparison.Ordinal))),
        new("contains(textOrList, what)", 2, 2, "Whether the text has this part, or the list this item.", Contains),
        new("string(value)", 1, 1, "The value as text; lists and objects as JSON.", ToText),
        new("format(pattern, values…)", 1, Function.AnyNumber, "The pattern with {0}, {1}, {0:0.00} filled in.", FormatText.Run),
        new("hash(text)", 1, 1, "SHA-256 of the UTF-8 text in lower-case hex.", (in c, ref f) => Value.Of(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(c.Text(0, ref f)))))),
        new("base64(text)", 1, 1, "The UTF-8 text in base64.", Base64),
        new("fromBase64(text)", 1, 1, "The UTF-8 text that the base64 holds.", FromBase64),
        new("urlEncode(text)", 1, 1, "The text escaped for a part of a URL.", (in c, ref f) => Made(Uri.EscapeDataString(c.Text(0, ref f)), c, ref f)),
    ];

    internal static Value Made(string text, in Call call, ref Frame frame)
    {
        frame.Allocate(text.Length, call.Position);
        return Value.Of(text);
    }

    private static Value Split(in Call call, ref Frame frame)
    {
        var text = call.Text(0, ref frame);
        var separator = call.Text(1, ref frame);
        if (separator.Length == 0)
        {
            throw call.Fail("the separator must not be empty.");
        }
        var count = text.AsSpan().Count(separator) + 1;
        frame.Spend(count, call.Position);
        frame.Allocate((long)count + text.Length, call.Position);
        return Value.Of(Array.ConvertAll(text.Split(separator), Value.Of));
    }

    private static Value Lines(in Call call, ref Frame frame)
    {
        var text = call.Text(0, ref frame);
        var count = text.AsSpan().Count('\n') + 1;
        frame.Spend(count, call.Position);
        frame.Allocate((long)count + text.Length, call.Position);
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        // A file ends with a line break; what follows it is no line.
        return Value.Of(Array.ConvertAll(lines[^1].Length == 0 ? lines[..^1] : lines, Value.Of));
    }

    private static Value Join(in Call call, ref Frame frame)
    {
        var items = call.List(0, ref frame);
        var separator = call.Count > 1 ? call.Text(1, ref frame) : ",";
        var joined = new StringBuilder();
        for (var i = 0; i < items.Length; i++)
        {
            var text = items[i].ToString();
            frame.Allocate((i > 0 ? separator.Length : 0) + (long)text.Length, call.Position);
            if (i > 0)
            {
                joined.Append(separator);
            }
            joined.Append(text);
        }
        return joined.Length <= ExpressionLimits.MaxResultBytes ? Value.Of(joined.ToString()) : throw call.Fail("the result is too large.");
    }

    private static Value Replace(in Call call, ref Frame frame)
    {
        var text = call.Text(0, ref frame);
        var what = call.Text(1, ref frame);
        var with = call.Text(2, ref frame);
        if (what.Length == 0)
        {
            throw call.Fail("the text to replace must not be empty.");
        }
        var times = text.AsSpan().Count(what);
        frame.Allocate(text.Length + ((long)times * (with.Length - what.Length)), call.Position);
        return Value.Of(text.Replace(what, with, StringComparison.Ordinal));
    }

    private static Value Contains(in Call call, ref Frame frame)
    {
        if (call[0].Kind != ValueKind.List)
        {
            return Value.Of(call.Text(0, ref frame).Contains(call.Text(1, ref frame), StringComparison.Ordinal));
        }
        var what = call[1];
        foreach (var item in call.List(0, ref frame))
        {
            if (Sameness.Of(item, what, ref frame, call.Position))
            {
                return Value.True;
            }
        }
        return Value.False;
    }

    private static Value ToText(in Call call, ref Frame frame) => Made(call[0].ToString(), call, ref frame);

    private static Value Base64(in Call call, ref Frame frame)
    {
        var text = call.Text(0, ref frame);
        frame.Allocate((long)text.Length * 2, call.Position);
        return Value.Of(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
    }

    private static Value FromBase64(in Call call, ref Frame frame)
    {
        var text = call.Text(0, ref frame);
        frame.Allocate(text.Length, call.Position);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written)
            ? Value.Of(Encoding.UTF8.GetString(bytes, 0, written))
            : throw call.Fail("the text is no base64.");
    }
}

/// <summary>The <c>format</c> function: its own reader, because the runtime's would obey a width of a billion.</summary>
internal static class FormatText
{
    public static Value Run(in Call call, ref Frame frame)
    {
        var pattern = call.Text(0, ref frame).AsSpan();
        var result = new StringBuilder();
        while (!pattern.IsEmpty)
        {
            var brace = pattern.IndexOfAny('{', '}');
            var plain = brace < 0 ? pattern : pattern[..brace];
            frame.Allocate(plain.Length, call.Position);
            result.Append(plain);
            if (brace < 0)
            {
                break;
            }
            pattern = pattern[brace..];
            if (pattern.Length > 1 && pattern[1] == pattern[0])
            {
                result.Append(pattern[0]);
                pattern = pattern[2..];
                continue;
            }
            var close = pattern.IndexOf('}');
            if (pattern[0] == '}' || close < 0)
            {
                throw call.Fail("a brace that stands for itself is written twice: {{ or }}.");
            }
            var text = Place(pattern[1..close], call);
            frame.Allocate(text.Length, call.Position);
            result.Append(text);
            pattern = pattern[(close + 1)..];
        }
        return Value.Of(result.ToString());
    }

    private static string Place(ReadOnlySpan<char> place, in Call call)
    {
        var colon = place.IndexOf(':');
        var number = colon < 0 ? place : place[..colon];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i) || i >= call.Count - 1)
        {
            throw call.Fail($"{{{place}}} names no value; {call.Count - 1} given, counted from 0.");
        }
        var value = call[i + 1];
        if (colon < 0)
        {
            return value.ToString();
        }
        var style = place[(colon + 1)..];
        if (value.IsNull)
        {
            return "";
        }
        if (value.Kind != ValueKind.Number)
        {
            throw call.Fail($"{{{place}}} formats a number, but the value is {value.TypeName}.");
        }
        if (!IsHarmless(style))
        {
            throw call.Fail($"'{style}' is no number format; examples: 0.00, #,##0, N2, P1.");
        }
        return value.Number.ToString(style.ToString(), CultureInfo.InvariantCulture);
    }

    private static bool IsHarmless(ReadOnlySpan<char> style) =>
        style.Length is > 0 and <= 24
        && (!style.ContainsAnyExcept("0#.,%")
            || (style.Length <= 3 && "eEfFgGnNpP".Contains(style[0]) && !style[1..].ContainsAnyExceptInRange('0', '9')));
}

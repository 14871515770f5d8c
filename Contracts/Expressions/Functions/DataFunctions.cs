using System.Text;
using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>Functions that read and write data formats.</summary>
internal static class DataFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("json(text)", 1, 1, "What the JSON text holds; anything that is no text is given back as it is.", ReadJson),
        new("toJson(value)", 1, 1, "The value as JSON text.", WriteJson),
        new("csv(text, separator?)", 1, 2, "The rows of a CSV text with a header line, as objects; plain numbers become numbers.", Csv.Read),
        new("toCsv(list, columns?)", 1, 2, "The objects as CSV text with a header line.", Csv.Write),
    ];

    private static Value ReadJson(in Call call, ref Frame frame)
    {
        if (call[0].Kind != ValueKind.Text)
        {
            return call[0];
        }
        var text = call.Text(0, ref frame);
        frame.Allocate(text.Length, call.Position);
        try
        {
            return Value.Of(JsonElement.Parse(text));
        }
        catch (JsonException error)
        {
            throw call.Fail($"the text is no JSON (line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}).");
        }
    }

    private static Value WriteJson(in Call call, ref Frame frame) => TextFunctions.Made(BoundedJson.Text(call[0]), call, ref frame);
}

/// <summary>RFC 4180, both ways.</summary>
internal static class Csv
{
    private const int MaxColumns = 1_000;

    public static Value Read(in Call call, ref Frame frame)
    {
        if (call[0].Kind is not (ValueKind.Text or ValueKind.Null))
        {
            throw call.Fail($"argument 1 must be a text, not {call[0].TypeName}.");
        }
        var text = call.Text(0, ref frame);
        var separator = Separator(call, ref frame);
        frame.Spend(text.Length / 8, call.Position);
        frame.Allocate(text.Length, call.Position);

        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        var cells = new List<Value>();
        string[]? names = null;
        var rows = new List<Value>();
        while (at < text.Length)
        {
            cells.Clear();
            ReadRow(text, ref at, separator, cells, typed: names is not null, rows.Count + 1, call);
            if (names is null)
            {
                names = Header(cells, call);
                continue;
            }
            if (cells is [{ Kind: ValueKind.Text, IsTruthy: false }])
            {
                continue; // an empty line is no row
            }
            if (cells.Count > names.Length)
            {
                throw call.Fail($"row {rows.Count + 1} has {cells.Count} cells, the header {names.Length}.");
            }
            frame.Spend(1 + names.Length, call.Position);
            frame.Allocate(names.Length, call.Position);
            var values = new Value[names.Length];
            cells.CopyTo(values);
            rows.Add(Value.Of(new ValueMap(names, values)));
        }
        return Value.Of(rows.ToArray());
    }

    private static char Separator(in Call call, ref Frame frame)
    {
        if (call.Count < 2)
        {
            return ',';
        }
        var text = call.Text(1, ref frame);
        return text.Length == 1 && text[0] is not ('"' or '\n' or '\r') ? text[0] : throw call.Fail("the separator must be one character.");
    }

    private static string[] Header(List<Value> cells, in Call call)
    {
        if (cells.Count > MaxColumns)
        {
            throw call.Fail($"the table has more than {MaxColumns} columns.");
        }
        var names = new string[cells.Count];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = cells[i].Text!.Trim();
            if (!seen.Add(names[i]))
            {
                throw call.Fail($"the header names '{names[i]}' twice.");
            }
        }
        return names;
    }

    private static void ReadRow(string text, ref int at, char separator, List<Value> cells, bool typed, int row, in Call call)
    {
        while (true)
        {
            cells.Add(ReadCell(text, ref at, separator, typed, row, call));
            if (at >= text.Length)
            {
                return;
            }
            var c = text[at++];
            if (c == separator)
            {
                continue;
            }
            if (c == '\r' && at < text.Length && text[at] == '\n')
            {
                at++;
            }
            return;
        }
    }

    private static Value ReadCell(string text, ref int at, char separator, bool typed, int row, in Call call)
    {
        if (at < text.Length && text[at] == '"')
        {
            return Value.Of(ReadQuoted(text, ref at, separator, row, call));
        }
        var rest = text.AsSpan(at);
        var end = rest.IndexOfAny(separator, '\n', '\r');
        var cell = end < 0 ? rest : rest[..end];
        at += cell.Length;
        // 15 digits survive the way through a double; longer ones are account numbers and the like. "1e5" is a product code.
        return typed && cell.Length is > 0 and <= 16 && !cell.ContainsAny('e', 'E') && NumberText.TryRead(cell, out var number)
            ? Value.Of(number)
            : Value.Of(cell.ToString());
    }

    private static string ReadQuoted(string text, ref int at, char separator, int row, in Call call)
    {
        var cell = new StringBuilder();
        at++;
        while (true)
        {
            var quote = text.IndexOf('"', at);
            if (quote < 0)
            {
                throw call.Fail($"row {row} opens a quote that nothing closes.");
            }
            cell.Append(text, at, quote - at);
            at = quote + 1;
            if (at < text.Length && text[at] == '"')
            {
                cell.Append('"');
                at++;
                continue;
            }
            if (at < text.Length && text[at] != separator && text[at] is not ('\n' or '\r'))
            {
                throw call.Fail($"row {row} goes on after a closing quote.");
            }
            return cell.ToString();
        }
    }

    public static Value Write(in Call call, ref Frame frame)
    {
        var rows = call.List(0, ref frame);
        var columns = call.Count > 1
            ? Array.ConvertAll(call.List(1, ref frame), column => column.ToString())
            : rows.Length > 0 ? rows[0].Fields().Names : [];
        var text = new StringBuilder();
        WriteRow(text, columns, call, ref frame);
        var cells = new string[columns.Length];
        foreach (var row in rows)
        {
            frame.Spend(1 + columns.Length, call.Position);
            for (var i = 0; i < columns.Length; i++)
            {
                cells[i] = row.Field(columns[i]).ToString();
            }
            WriteRow(text, cells, call, ref frame);
        }
        return Value.Of(text.ToString());
    }

    private static void WriteRow(StringBuilder text, string[] cells, in Call call, ref Frame frame)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = cells[i];
            frame.Allocate(cell.Length + 3, call.Position);
            if (i > 0)
            {
                text.Append(',');
            }
            if (cell.AsSpan().ContainsAny(",\"\r\n"))
            {
                text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append(cell);
            }
        }
        text.Append("\r\n");
    }
}

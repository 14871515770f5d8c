using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows;

/// <summary>
/// The one text of a document: no white space, known fields in the model's order, all other keys in ordinal order, numbers in their
/// shortest form. Two documents that mean the same have the same text, and reading the text gives the same text.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly Layout Free = new([]);

    private static readonly Layout Step = new(DocumentFields.Step) { Fields = { ["retry"] = new Layout(DocumentFields.Retry) } };

    private static readonly Layout Document = new(DocumentFields.Document)
    {
        Fields =
        {
            ["concurrency"] = new Layout(DocumentFields.Concurrency),
            ["triggers"] = new Layout([]) { Items = new Layout(DocumentFields.Trigger) { Fields = { ["secret"] = new Layout(DocumentFields.SecretReference) } } },
            ["steps"] = new Layout([]) { Items = Step },
            ["onFailure"] = new Layout([]) { Items = Step },
        },
    };

    private sealed class Layout(string[] order)
    {
        private readonly Dictionary<string, int> _places = order.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);

        public Dictionary<string, Layout> Fields { get; } = [];
        public Layout? Items { get; init; }

        public int PlaceOf(string name) => _places.GetValueOrDefault(name, int.MaxValue);
    }

    /// <summary>The canonical text of a workflow document.</summary>
    public static string Write(JsonElement document) => Encoding.UTF8.GetString(WriteUtf8(document));

    public static byte[] WriteUtf8(JsonElement document) => Write(document, Document);

    /// <summary>The canonical text of any JSON value: all keys in ordinal order.</summary>
    public static string WriteValue(JsonElement value) => Encoding.UTF8.GetString(Write(value, Free));

    /// <summary><c>sha256:</c> and the hash of the text in hex.</summary>
    public static string Digest(ReadOnlySpan<byte> utf8) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(utf8));

    private static byte[] Write(JsonElement element, Layout layout)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(element, layout, writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(JsonElement element, Layout layout, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject()
                    .OrderBy(property => layout.PlaceOf(property.Name))
                    .ThenBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, layout.Fields.GetValueOrDefault(property.Name, Free), writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, layout.Items ?? Free, writer);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Shortest(element.GetRawText()), skipInputValidation: true);
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(element.GetString());
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    // Whole numbers keep all their digits, which a double might not; everything else is a double to every reader of JSON.
    private static string Shortest(string number)
    {
        if (number == "-0")
        {
            return "0";
        }
        return number.AsSpan().ContainsAny('.', 'e', 'E')
            ? NumberText.Write(double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))
            : number;
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Switchyard.Contracts.Workflows;

/// <summary>Reads a workflow document from JSON or YAML; every mistake comes with its JSON Pointer, line and column.</summary>
public static class WorkflowReader
{
    public static WorkflowReadResult Read(ReadOnlyMemory<byte> utf8, WorkflowFormat format, int maxBytes = ReadLimits.DefaultMaxBytes)
    {
        SourceNode root;
        try
        {
            root = ReadTree(utf8.Span, format, maxBytes);
        }
        catch (SourceError error)
        {
            return new WorkflowReadResult { Diagnostics = [error.Diagnostic] };
        }

        var source = new SourceMap(root);
        var canonical = CanonicalJson.WriteUtf8(ToJson(root));
        var diagnostics = new List<Diagnostic>();
        var document = new DocumentBinder(source, diagnostics).Bind(JsonElement.Parse(canonical));
        if (diagnostics.Exists(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            return new WorkflowReadResult { Diagnostics = diagnostics, Source = source };
        }
        return new WorkflowReadResult
        {
            Document = document,
            Diagnostics = diagnostics,
            CanonicalJson = Encoding.UTF8.GetString(canonical),
            Digest = CanonicalJson.Digest(canonical),
            Source = source,
        };
    }

    private static SourceNode ReadTree(ReadOnlySpan<byte> utf8, WorkflowFormat format, int maxBytes)
    {
        if (utf8.Length > maxBytes)
        {
            throw new SourceError(DiagnosticCodes.TooLarge, $"The document has {utf8.Length:N0} bytes; at most {maxBytes:N0} are accepted.", "", new SourcePosition(1, 1));
        }
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }
        if (!Utf8.IsValid(utf8))
        {
            throw new SourceError(DiagnosticCodes.InvalidText, "The document is not valid UTF-8.", "", PlaceOfInvalid(utf8));
        }
        return format == WorkflowFormat.Yaml ? YamlSource.Read(utf8) : JsonSource.Read(utf8);
    }

    private static SourcePosition PlaceOfInvalid(ReadOnlySpan<byte> utf8)
    {
        var (line, column) = (1, 1);
        while (Rune.DecodeFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done)
        {
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
            utf8 = utf8[length..];
        }
        return new SourcePosition(line, column);
    }

    private static JsonElement ToJson(SourceNode root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(root, writer);
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(SourceNode node, Utf8JsonWriter writer)
    {
        switch (node.Kind)
        {
            case SourceKind.Object:
                writer.WriteStartObject();
                foreach (var field in node.Fields)
                {
                    writer.WritePropertyName(field.Name);
                    Write(field.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case SourceKind.Array:
                writer.WriteStartArray();
                foreach (var item in node.Items)
                {
                    Write(item, writer);
                }
                writer.WriteEndArray();
                break;
            case SourceKind.Text:
                writer.WriteStringValue(node.Text);
                break;
            case SourceKind.Number:
                writer.WriteRawValue(node.Text);
                break;
            case SourceKind.True or SourceKind.False:
                writer.WriteBooleanValue(node.Kind == SourceKind.True);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}

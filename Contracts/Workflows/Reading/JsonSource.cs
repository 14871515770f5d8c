using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>Reads JSON text into a tree with places.</summary>
internal static class JsonSource
{
    public static SourceNode Read(ReadOnlySpan<byte> utf8)
    {
        var tree = new TreeBuilder();
        var places = new Places();
        // The depth is counted by the tree, which knows the code and the place to report.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = ReadLimits.MaxDepth * 2 });
        try
        {
            while (reader.Read())
            {
                var at = places.At(utf8, (int)reader.TokenStartIndex);
                Take(ref reader, tree, at);
            }
        }
        catch (JsonException error)
        {
            throw new SourceError(DiagnosticCodes.Malformed, $"This is not valid JSON: {Reason(error)}", tree.Pointer, PlaceOf(utf8, error));
        }
        catch (InvalidOperationException)
        {
            var at = places.At(utf8, (int)reader.TokenStartIndex);
            throw new SourceError(DiagnosticCodes.InvalidText, "The text holds half of a surrogate pair, which is no character.", tree.Pointer, at);
        }
        return tree.Root;
    }

    private static void Take(ref Utf8JsonReader reader, TreeBuilder tree, SourcePosition at)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                tree.Begin(new SourceNode(SourceKind.Object, at));
                break;
            case JsonTokenType.StartArray:
                tree.Begin(new SourceNode(SourceKind.Array, at));
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                tree.End();
                break;
            case JsonTokenType.PropertyName:
                tree.Name(reader.GetString()!, at);
                break;
            case JsonTokenType.String:
                tree.Scalar(new SourceNode(SourceKind.Text, at)
                {
                    Text = reader.GetString()!,
                    TextAt = reader.ValueIsEscaped ? null : at with { Column = at.Column + 1 },
                });
                break;
            case JsonTokenType.Number:
                tree.Scalar(new SourceNode(SourceKind.Number, at) { Text = Encoding.ASCII.GetString(reader.ValueSpan) });
                break;
            case JsonTokenType.True:
                tree.Scalar(new SourceNode(SourceKind.True, at));
                break;
            case JsonTokenType.False:
                tree.Scalar(new SourceNode(SourceKind.False, at));
                break;
            default:
                tree.Scalar(new SourceNode(SourceKind.Null, at));
                break;
        }
    }

    // The runtime appends "LineNumber: … | BytePositionInLine: …", which the diagnostic says better.
    private static string Reason(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end];
    }

    private static SourcePosition PlaceOf(ReadOnlySpan<byte> utf8, JsonException error)
    {
        var line = (int)(error.LineNumber ?? 0);
        var rest = utf8;
        for (var i = 0; i < line; i++)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        }
        var before = rest[..(int)Math.Clamp(error.BytePositionInLine ?? 0, 0, rest.Length)];
        return new SourcePosition(line + 1, Encoding.UTF8.GetCharCount(before) + 1);
    }

    /// <summary>Turns byte offsets, which only grow, into lines and columns of UTF-16 units, as editors count them.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Places()
    {
        private int _offset = 0;
        private int _line = 1;
        private int _column = 1;

        public SourcePosition At(ReadOnlySpan<byte> utf8, int offset)
        {
            if (offset > _offset)
            {
                var passed = utf8[_offset..offset];
                var lines = passed.Count((byte)'\n');
                if (lines > 0)
                {
                    _line += lines;
                    _column = 1;
                    passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
                }
                _column += Encoding.UTF8.GetCharCount(passed);
                _offset = offset;
            }
            return new SourcePosition(_line, _column);
        }
    }
}

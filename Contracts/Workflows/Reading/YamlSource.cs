using System.Globalization;
using System.Text;
using Switchyard.Contracts.Expressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Parser = YamlDotNet.Core.Parser;

namespace Switchyard.Contracts.Workflows;

/// <summary>Reads YAML 1.2 text (core schema) into a tree with places. What could surprise or explode is refused.</summary>
internal static class YamlSource
{
    private const long MaxExpandedWeight = 4 * 1024 * 1024;

    public static SourceNode Read(ReadOnlySpan<byte> utf8)
    {
        var tree = new TreeBuilder();
        var parser = new Parser(new Scanner(new StringReader(Encoding.UTF8.GetString(utf8)), skipComments: true));
        try
        {
            ReadEvents(parser, tree);
        }
        catch (YamlException error)
        {
            throw new SourceError(DiagnosticCodes.Malformed, $"This is not valid YAML: {error.Message}", tree.Pointer, At(error.Start));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or InvalidCastException or NullReferenceException)
        {
            // The scanner trips over its own state on some malformed texts instead of saying so.
            throw new SourceError(DiagnosticCodes.Malformed, "This is not valid YAML.", tree.Pointer, At(parser.Current?.Start ?? Mark.Empty));
        }
        return tree.IsComplete
            ? tree.Root
            : throw new SourceError(DiagnosticCodes.Malformed, "The document is empty.", "", new SourcePosition(1, 1));
    }

    private static void ReadEvents(Parser parser, TreeBuilder tree)
    {
        var anchors = new Dictionary<string, SourceNode>(StringComparer.Ordinal);
        var openAnchors = new Stack<string?>();
        var aliases = 0;
        long expanded = 0;
        var documents = 0;
        while (parser.MoveNext())
        {
            var at = At(parser.Current!.Start);
            switch (parser.Current)
            {
                case DocumentStart when ++documents > 1:
                    throw new SourceError(DiagnosticCodes.UnsupportedYaml, "A file holds one document; remove the second after ---.", "", at);
                case AnchorAlias alias:
                    RefuseAsName(tree, "an alias", at);
                    if (++aliases > ReadLimits.MaxAliases)
                    {
                        throw new SourceError(DiagnosticCodes.AliasBomb, $"The document uses more than {ReadLimits.MaxAliases} aliases.", tree.Pointer, at);
                    }
                    if (!anchors.TryGetValue(alias.Value.Value, out var target))
                    {
                        throw new SourceError(DiagnosticCodes.Malformed, $"There is no finished anchor &{alias.Value.Value} before this alias.", tree.Pointer, at);
                    }
                    expanded += target.Weight;
                    if (expanded > MaxExpandedWeight)
                    {
                        throw new SourceError(DiagnosticCodes.AliasBomb, "The aliases of the document would unfold to too much text.", tree.Pointer, at);
                    }
                    CheckDepth(target, tree, at);
                    tree.Place(target);
                    break;
                case MappingStart start:
                    RefuseAsName(tree, "an object", at);
                    CheckTag(start.Tag, "tag:yaml.org,2002:map", tree, at);
                    tree.Begin(new SourceNode(SourceKind.Object, at));
                    openAnchors.Push(start.Anchor.IsEmpty ? null : start.Anchor.Value);
                    break;
                case SequenceStart start:
                    RefuseAsName(tree, "a list", at);
                    CheckTag(start.Tag, "tag:yaml.org,2002:seq", tree, at);
                    tree.Begin(new SourceNode(SourceKind.Array, at));
                    openAnchors.Push(start.Anchor.IsEmpty ? null : start.Anchor.Value);
                    break;
                case MappingEnd or SequenceEnd:
                    var ended = tree.End();
                    if (openAnchors.Pop() is { } finished)
                    {
                        anchors[finished] = ended;
                    }
                    break;
                case Scalar scalar when tree.WantsName:
                    if (scalar is { Value: "<<", Style: ScalarStyle.Plain })
                    {
                        throw new SourceError(DiagnosticCodes.UnsupportedYaml, "Merge keys (<<) are not part of YAML 1.2; write the fields out, or use an alias for a whole value.", tree.Pointer, at);
                    }
                    tree.Name(scalar.Value, at);
                    break;
                case Scalar scalar:
                    var node = Read(scalar, tree, at);
                    tree.Scalar(node);
                    if (!scalar.Anchor.IsEmpty)
                    {
                        anchors[scalar.Anchor.Value] = node;
                    }
                    break;
            }
        }
    }

    private static SourceNode Read(Scalar scalar, TreeBuilder tree, SourcePosition at)
    {
        var isText = scalar.Style != ScalarStyle.Plain;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            CheckTag(scalar.Tag, "tag:yaml.org,2002:str", tree, at);
            isText = true;
        }
        if (!isText)
        {
            switch (scalar.Value)
            {
                case "" or "~" or "null" or "Null" or "NULL":
                    return new SourceNode(SourceKind.Null, at);
                case "true" or "True" or "TRUE":
                    return new SourceNode(SourceKind.True, at);
                case "false" or "False" or "FALSE":
                    return new SourceNode(SourceKind.False, at);
            }
            if (Number(scalar.Value) is { } digits)
            {
                return new SourceNode(SourceKind.Number, at) { Text = digits };
            }
        }
        return new SourceNode(SourceKind.Text, at) { Text = scalar.Value, TextAt = TextAt(scalar, at) };
    }

    // Only where source and text agree character by character: one line, no escapes.
    private static SourcePosition? TextAt(Scalar scalar, SourcePosition at)
    {
        var length = scalar.End.Line == scalar.Start.Line ? scalar.End.Column - scalar.Start.Column : -1;
        return scalar.Style switch
        {
            ScalarStyle.Plain when length == scalar.Value.Length => at,
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted when length == scalar.Value.Length + 2 => at with { Column = at.Column + 1 },
            _ => null,
        };
    }

    /// <summary>The JSON digits of a plain scalar that the core schema calls a number; null for text.</summary>
    private static string? Number(string text)
    {
        if (NumberText.TryRead(text, out _))
        {
            return text;
        }
        if (text.Length is > 2 and <= 18 && text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return hex.ToString(CultureInfo.InvariantCulture);
        }
        // "+1", ".5", "1." and "007" are numbers to YAML but not to JSON.
        if (text.Length is 0 or > 64 || text.AsSpan().ContainsAnyExcept(NumberText.Characters) || !text.AsSpan().ContainsAnyInRange('0', '9'))
        {
            return null;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? NumberText.Write(number)
            : null;
    }

    private static void RefuseAsName(TreeBuilder tree, string what, SourcePosition at)
    {
        if (tree.WantsName)
        {
            throw new SourceError(DiagnosticCodes.UnsupportedYaml, $"The name of a field must be a text, not {what}.", tree.Pointer, at);
        }
    }

    private static void CheckTag(TagName tag, string known, TreeBuilder tree, SourcePosition at)
    {
        if (!tag.IsEmpty && !tag.IsNonSpecific && tag.Value != known)
        {
            throw new SourceError(DiagnosticCodes.UnsupportedYaml, $"The tag {tag.Value} is not supported; a document holds plain data.", tree.Pointer, at);
        }
    }

    // An alias can nest what was anchored near the limit once more.
    private static void CheckDepth(SourceNode node, TreeBuilder tree, SourcePosition at)
    {
        var depth = tree.Pointer.Count(c => c == '/') + Depth(node);
        if (depth > ReadLimits.MaxDepth)
        {
            throw new SourceError(DiagnosticCodes.TooDeep, $"The document is nested more than {ReadLimits.MaxDepth} levels deep.", tree.Pointer, at);
        }
    }

    private static int Depth(SourceNode node) => node.Kind switch
    {
        SourceKind.Object => 1 + node.Fields.Select(field => Depth(field.Value)).DefaultIfEmpty().Max(),
        SourceKind.Array => 1 + node.Items.Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static SourcePosition At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}

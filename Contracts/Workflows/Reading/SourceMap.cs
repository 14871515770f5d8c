namespace Switchyard.Contracts.Workflows;

/// <summary>Finds the line and column of a JSON Pointer in the text that a document was read from.</summary>
public sealed class SourceMap
{
    private readonly SourceNode _root;

    internal SourceMap(SourceNode root) => _root = root;

    /// <summary>The diagnostic with its line and column; <paramref name="offset"/> counts characters into the text it is about.</summary>
    public Diagnostic Place(Diagnostic diagnostic, int? offset = null)
    {
        var at = Find(diagnostic.Pointer, ofKey: false, offset);
        return diagnostic with { Line = at.Line, Column = at.Column };
    }

    internal Diagnostic PlaceAtKey(Diagnostic diagnostic)
    {
        var at = Find(diagnostic.Pointer, ofKey: true, offset: null);
        return diagnostic with { Line = at.Line, Column = at.Column };
    }

    // What is missing has no place; the nearest value that should have held it has.
    private SourcePosition Find(string pointer, bool ofKey, int? offset)
    {
        var node = _root;
        var at = node.At;
        foreach (var name in JsonPointer.Split(pointer))
        {
            if (node.Kind == SourceKind.Array)
            {
                if (!int.TryParse(name, out var index) || index < 0 || index >= node.Items.Count)
                {
                    return at;
                }
                node = node.Items[index];
                at = node.At;
                continue;
            }
            var field = node.Fields.Find(candidate => candidate.Name == name);
            if (field.Value is null)
            {
                return at;
            }
            node = field.Value;
            at = ofKey ? field.At : node.At;
        }
        return offset is { } characters && node.TextAt is { } start ? start with { Column = start.Column + characters } : at;
    }
}

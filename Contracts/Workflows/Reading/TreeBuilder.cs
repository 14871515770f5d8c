namespace Switchyard.Contracts.Workflows;

/// <summary>Builds the tree of a document from the events of either parser, and holds the limits for both.</summary>
internal sealed class TreeBuilder
{
    private readonly Stack<Open> _open = new();
    private SourceNode? _root;
    private int _nodes;

    private sealed class Open(SourceNode node, string pointer)
    {
        public SourceNode Node { get; } = node;
        public string Pointer { get; } = pointer;
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
        public string? Name { get; set; }
        public SourcePosition NameAt { get; set; }
    }

    public bool IsComplete => _root is not null && _open.Count == 0;

    public SourceNode Root => _root ?? throw new InvalidOperationException("The document has no value.");

    /// <summary>Whether the next scalar is the name of a field.</summary>
    public bool WantsName => _open.TryPeek(out var open) && open.Node.Kind == SourceKind.Object && open.Name is null;

    /// <summary>The pointer to what is being read.</summary>
    public string Pointer
    {
        get
        {
            if (!_open.TryPeek(out var open))
            {
                return "";
            }
            if (open.Node.Kind == SourceKind.Array)
            {
                return JsonPointer.Append(open.Pointer, open.Node.Items.Count);
            }
            return open.Name is { } name ? JsonPointer.Append(open.Pointer, name) : open.Pointer;
        }
    }

    public void Name(string name, SourcePosition at)
    {
        var open = _open.Peek();
        CheckText(name, at);
        if (!open.Names.Add(name))
        {
            throw new SourceError(DiagnosticCodes.DuplicateKey, $"The field '{Shorten(name)}' is given twice; only one of them could count.", JsonPointer.Append(open.Pointer, name), at);
        }
        open.Name = name;
        open.NameAt = at;
    }

    public void Begin(SourceNode node)
    {
        if (_open.Count >= ReadLimits.MaxDepth)
        {
            throw new SourceError(DiagnosticCodes.TooDeep, $"The document is nested more than {ReadLimits.MaxDepth} levels deep.", Pointer, node.At);
        }
        CountNode(node);
        _open.Push(new Open(node, Pointer));
    }

    /// <summary>Ends the innermost object or array.</summary>
    public SourceNode End()
    {
        var node = _open.Pop().Node;
        node.Weight = 1 + node.Fields.Sum(field => field.Value.Weight + field.Name.Length) + node.Items.Sum(item => item.Weight);
        Place(node);
        return node;
    }

    public void Scalar(SourceNode node)
    {
        CountNode(node);
        CheckText(node.Text, node.At);
        node.Weight = 1 + node.Text.Length;
        if (node.Kind == SourceKind.Number && !double.IsFinite(double.Parse(node.Text, System.Globalization.CultureInfo.InvariantCulture)))
        {
            throw new SourceError(DiagnosticCodes.NumberOutOfRange, "The number is too large.", Pointer, node.At);
        }
        Place(node);
    }

    /// <summary>Puts a finished value in its place; an alias puts the same one in several.</summary>
    public void Place(SourceNode node)
    {
        if (!_open.TryPeek(out var open))
        {
            _root = node;
            return;
        }
        if (open.Node.Kind == SourceKind.Array)
        {
            open.Node.Items.Add(node);
            return;
        }
        open.Node.Fields.Add(new SourceField(open.Name!, open.NameAt, node));
        open.Name = null;
    }

    private void CountNode(SourceNode node)
    {
        if (++_nodes > ReadLimits.MaxNodes)
        {
            throw new SourceError(DiagnosticCodes.TooLarge, $"The document has more than {ReadLimits.MaxNodes:N0} values.", Pointer, node.At);
        }
    }

    private void CheckText(string text, SourcePosition at)
    {
        if (text.Length > ReadLimits.MaxScalarLength)
        {
            throw new SourceError(DiagnosticCodes.ScalarTooLong, $"The text is longer than {ReadLimits.MaxScalarLength:N0} characters; keep large data in an artifact.", Pointer, at);
        }
        if (text.Contains('\0'))
        {
            throw new SourceError(DiagnosticCodes.InvalidText, "The text holds a NUL character, which no database stores.", Pointer, at);
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }
            if (!char.IsHighSurrogate(text[i]) || i + 1 >= text.Length || !char.IsLowSurrogate(text[++i]))
            {
                throw new SourceError(DiagnosticCodes.InvalidText, "The text holds half of a surrogate pair, which is no character.", Pointer, at);
            }
        }
    }

    internal static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

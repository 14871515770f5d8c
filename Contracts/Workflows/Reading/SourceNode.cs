using System.Runtime.InteropServices;

namespace Switchyard.Contracts.Workflows;

internal enum SourceKind
{
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

[StructLayout(LayoutKind.Auto)]
internal readonly record struct SourcePosition(int Line, int Column);

[StructLayout(LayoutKind.Auto)]
internal readonly record struct SourceField(string Name, SourcePosition At, SourceNode Value);

/// <summary>One value of a document as its author wrote it, JSON or YAML, with its place in the text.</summary>
internal sealed class SourceNode(SourceKind kind, SourcePosition at)
{
    public SourceKind Kind { get; } = kind;
    public SourcePosition At { get; } = at;

    /// <summary>The decoded text, or the digits of a number.</summary>
    public string Text { get; init; } = "";

    /// <summary>Where the first character of the text stands, when the source spells the text out character by character on one line.</summary>
    public SourcePosition? TextAt { get; init; }

    public List<SourceField> Fields { get; init; } = [];
    public List<SourceNode> Items { get; init; } = [];

    /// <summary>Nodes and characters that this value stands for when every alias is written out.</summary>
    public long Weight { get; set; } = 1;
}

namespace Switchyard.Contracts.Workflows;

/// <summary>The text formats a document may come in.</summary>
public enum WorkflowFormat
{
    Json,
    Yaml,
}

/// <summary>What reading gave: the document with its canonical text and digest, or the errors that keep it from being one.</summary>
public sealed record WorkflowReadResult
{
    public WorkflowDocument? Document { get; init; }
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
    public string? CanonicalJson { get; init; }

    /// <summary><c>sha256:</c> and the hash of the canonical UTF-8 text in hex.</summary>
    public string? Digest { get; init; }

    /// <summary>Places in the text that was read, for the linter's findings.</summary>
    public SourceMap? Source { get; init; }
}

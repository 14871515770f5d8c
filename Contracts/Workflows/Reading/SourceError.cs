namespace Switchyard.Contracts.Workflows;

/// <summary>Ends the reading of a text that cannot be a document.</summary>
internal sealed class SourceError(string code, string message, string pointer, SourcePosition at) : Exception(message)
{
    public Diagnostic Diagnostic { get; } = new(code, DiagnosticSeverity.Error, message, pointer, at.Line, at.Column);
}

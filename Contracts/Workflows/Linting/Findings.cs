namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Collects what the rules find.</summary>
internal sealed class Findings(SourceMap? source)
{
    private readonly List<Diagnostic> _all = [];

    /// <summary><paramref name="offset"/> counts characters into the text that the pointer names.</summary>
    public void Error(string code, string pointer, string message, int? offset = null) =>
        Add(code, DiagnosticSeverity.Error, pointer, message, offset);

    public void Warning(string code, string pointer, string message, int? offset = null) =>
        Add(code, DiagnosticSeverity.Warning, pointer, message, offset);

    public void Add(string code, DiagnosticSeverity severity, string pointer, string message, int? offset = null)
    {
        var diagnostic = new Diagnostic(code, severity, message, pointer);
        _all.Add(source?.Place(diagnostic, offset) ?? diagnostic);
    }

    public IReadOnlyList<Diagnostic> InOrder() =>
        [.. _all.OrderBy(found => found.Line ?? 0).ThenBy(found => found.Column ?? 0)];
}

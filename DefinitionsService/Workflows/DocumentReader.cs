using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Workflows;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>What a request body turned out to be.</summary>
public abstract record Draft
{
    private Draft()
    {
    }

    /// <summary>It could not even be looked at: the media type is not ours, or there is nothing.</summary>
    public sealed record NotRead(ProblemHttpResult Problem) : Draft;

    /// <summary>It has errors; <see cref="NotEven"/> is set when the text is not even what it says it is.</summary>
    public sealed record Faulty(IReadOnlyList<Diagnostic> Diagnostics, WorkflowFormat? NotEven) : Draft;

    /// <summary>It may be applied; what is left are warnings.</summary>
    public sealed record Sound(
        WorkflowDocument Document, string CanonicalJson, string Digest, IReadOnlyList<Diagnostic> Diagnostics) : Draft;
}

/// <summary>Takes a workflow document off a request, JSON or YAML by its media type, and lints it.</summary>
public sealed class DocumentReader(HubLimits limits, DefinitionsTelemetry telemetry)
{
    private static readonly string[] Yaml = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];
    private const string Accepted = "Send application/json, or application/yaml (also application/x-yaml, text/yaml), in UTF-8.";

    public async Task<Draft> ReadAsync(string org, HttpRequest request, CancellationToken stop)
    {
        if (FormatOf(request.ContentType) is not { } format)
        {
            return new Draft.NotRead(Problem.Of(
                StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The content type is not supported", Accepted));
        }

        // The server's own limit ends this when the body is too large.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, stop);
        var draft = Judge(body.GetBuffer().AsMemory(0, (int)body.Length), format, limits.For(org));
        telemetry.Linted(draft switch
        {
            Draft.Sound => "sound",
            Draft.Faulty { NotEven: null } => "faulty",
            _ => "malformed",
        });
        return draft;
    }

    private static Draft Judge(ReadOnlyMemory<byte> text, WorkflowFormat format, LintContext context)
    {
        var read = WorkflowReader.Read(text, format, int.MaxValue);
        if (read.Document is null)
        {
            return new Draft.Faulty(read.Diagnostics, NotEven: read.Source is null ? format : null);
        }

        var all = WorkflowLinter.Lint(read, context);
        return all.Any(one => one.Severity == DiagnosticSeverity.Error)
            ? new Draft.Faulty(all, NotEven: null)
            : new Draft.Sound(read.Document, read.CanonicalJson!, read.Digest!, all);
    }

    private static WorkflowFormat? FormatOf(string? contentType)
    {
        if (string.IsNullOrWhiteSpace(contentType))
        {
            return WorkflowFormat.Json;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var media = type.MediaType.ToString();
        return Yaml.Contains(media, StringComparer.OrdinalIgnoreCase) || type.Suffix.Equals("yaml", StringComparison.OrdinalIgnoreCase)
            ? WorkflowFormat.Yaml
            : media.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
                ? WorkflowFormat.Json
                : null;
    }
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Workflows;
using Switchyard.DefinitionsService.Environments;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>Puts what became of an applied document into HTTP: every refusal says what to do next.</summary>
internal static class ApplyAnswers
{
    public static Results<Ok<AppliedView>, Created<AppliedView>, ProblemHttpResult> Of(
        ApplyOutcome outcome, Submission submission, IReadOnlyList<Diagnostic> warnings, HttpResponse response)
    {
        var slug = submission.Document.Slug;
        switch (outcome)
        {
            case ApplyOutcome.Created created:
                response.Headers.ETag = created.Version.ETag;
                return TypedResults.Created(
                    $"/v1/orgs/{submission.Org}/workflows/{slug}/versions/{Uri.EscapeDataString(created.Version.Version)}",
                    View("created", created.Workflow, created.Version, created.Active) with
                    {
                        ComparedWith = created.Baseline,
                        Changes = created.Changes?.Changes ?? [],
                        Forced = created.Forced,
                        Warnings = warnings,
                    });
            case ApplyOutcome.Unchanged unchanged:
                response.Headers.ETag = unchanged.Version.ETag;
                return TypedResults.Ok(
                    View(unchanged.Activated ? "activated" : "unchanged", unchanged.Workflow, unchanged.Version, unchanged.Active) with
                    {
                        Warnings = warnings,
                    });
            case ApplyOutcome.Immutable taken:
                return Immutable(slug, submission, taken);
            case ApplyOutcome.Breaking breaking:
                return Breaking(breaking);
            case ApplyOutcome.Stale stale:
                return Stale(slug, stale);
            default:
                throw new UnreachableException();
        }
    }

    private static AppliedView View(
        string status, Workflow workflow, Versions.WorkflowVersion version, IReadOnlyList<ActiveVersion> active) => new()
    {
        Slug = version.Slug,
        Version = version.Version,
        Digest = version.Digest,
        Status = status,
        Latest = workflow.LatestVersion == version.Version,
        Environments = ActiveVersion.Map(active),
    };

    private static ProblemHttpResult Immutable(string slug, Submission submission, ApplyOutcome.Immutable taken)
    {
        var other = taken.Stored.Version == submission.Document.Version
            ? "with another content"
            : $"as {taken.Stored.Version}, and build metadata does not make another version";
        return Problem.Of(
            StatusCodes.Status409Conflict, ProblemCodes.VersionImmutable, "Versions never change",
            $"Version {submission.Document.Version} of '{slug}' is stored already {other} ({taken.Stored.Digest}). "
            + $"Set \"version\" to \"{taken.Suggested}\" and apply again.",
            [new ProblemError("/version", $"Use {taken.Suggested}, the next version for this change.", ProblemCodes.VersionImmutable)]);
    }

    private static ProblemHttpResult Breaking(ApplyOutcome.Breaking breaking) => Problem.Of(
        StatusCodes.Status409Conflict, ProblemCodes.BreakingChange, "Breaking change without a new major version",
        $"{breaking.Reason} The next free number is {breaking.Suggested}. Or insist with ?force=true, which the audit log keeps.",
        breaking.Changes.Changes.Where(change => change.Kind == CompatibilityKind.Breaking)
            .Select(change => new ProblemError(change.Pointer, change.Message, change.Code)));

    private static ProblemHttpResult Stale(string slug, ApplyOutcome.Stale stale) => Problem.Of(
        StatusCodes.Status412PreconditionFailed, ProblemCodes.PreconditionFailed, "The workflow is not as expected",
        stale.Workflow is { } now
            ? $"Workflow '{slug}' is at revision {now.ETag}, latest version {now.LatestVersion} ({stale.LatestDigest}). Read it again and decide anew."
            : $"Workflow '{slug}' does not exist yet, so nothing can match. Apply without If-Match to create it.");

    public static ProblemHttpResult Refuse(Draft draft) => draft switch
    {
        Draft.NotRead unread => unread.Problem,
        Draft.Faulty { NotEven: { } format } text => Malformed(format, Errors(text)),
        Draft.Faulty faulty => LintFailed(Errors(faulty)),
        _ => throw new UnreachableException(),
    };

    private static ProblemHttpResult Malformed(WorkflowFormat format, List<ProblemError> errors) => Problem.Of(
        StatusCodes.Status400BadRequest,
        format == WorkflowFormat.Yaml ? ProblemCodes.MalformedYaml : ProblemCodes.MalformedJson,
        $"The body cannot be read as {(format == WorkflowFormat.Yaml ? "YAML" : "JSON")}",
        $"Line {errors[0].Line}, column {errors[0].Column}: {errors[0].Message}",
        errors);

    private static ProblemHttpResult LintFailed(List<ProblemError> errors) => Problem.Of(
        StatusCodes.Status422UnprocessableEntity, ProblemCodes.LintFailed, "The document has errors",
        $"{(errors.Count == 1 ? "One error keeps" : $"{errors.Count} errors keep")} this document from being applied; nothing was stored. "
        + $"The first, at line {errors[0].Line}: {errors[0].Message}",
        errors);

    private static List<ProblemError> Errors(Draft.Faulty draft) =>
        [.. draft.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)
            .Select(one => new ProblemError(one.Pointer, one.Message, one.Code, one.Line, one.Column))];
}

using Microsoft.Net.Http.Headers;
using Switchyard.DefinitionsService.Versions;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>
/// The state that a client wants the workflow to be in when its change is applied: If-Match with the workflow's revision
/// or its latest version's digest (whichever of the two the client read), If-None-Match: * for "create only".
/// </summary>
public sealed record Precondition(IReadOnlyList<string> IfMatch, bool CreateOnly)
{
    public static Precondition Of(HttpRequest request) => new(
        [.. request.GetTypedHeaders().IfMatch.Select(tag => tag.Tag.Value ?? "")],
        request.GetTypedHeaders().IfNoneMatch.Contains(EntityTagHeaderValue.Any));

    public bool NeedsExisting => IfMatch.Count > 0;

    /// <summary>Whether an existing workflow is as the client expects.</summary>
    public bool Holds(Workflow workflow, WorkflowVersion? latest) =>
        !CreateOnly
        && (IfMatch.Count == 0 || IfMatch.Any(tag => tag == "*" || tag == workflow.ETag || tag == latest?.ETag));
}

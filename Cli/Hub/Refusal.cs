using System.Net;
using System.Text;
using System.Text.Json;
using Switchyard.Contracts.Problems;

namespace Switchyard.Cli.Hub;

/// <summary>Turns a problem+json answer into the one line that says what happened and what to do next.</summary>
internal static class Refusal
{
    public static Failure From(HttpStatusCode status, string body, Uri hub, TimeSpan? retryAfter)
    {
        var problem = Problem.Parse(body);
        var code = problem?.Code ?? "";
        var what = new StringBuilder();
        what.Append(problem?.Detail ?? problem?.Title ?? $"The hub answered {(int)status} {status}.");
        if (what[^1] is not ('.' or '!' or '?'))
        {
            what.Append('.');
        }

        foreach (var error in problem?.Errors ?? [])
        {
            what.Append(' ').Append(error.Pointer.Length == 0 ? "/" : error.Pointer);
            if (error.Line is { } line)
            {
                what.Append(" (line ").Append(line).Append(error.Column is { } column ? $", column {column})" : ")");
            }

            what.Append(": ").Append(error.Message.TrimEnd('.')).Append('.');
        }

        if (code.Length > 0)
        {
            what.Append(" [").Append(code).Append(']');
        }

        var exit = (int)status >= 500 ? ExitCode.Unreachable : ExitCode.Usage;
        return new(exit, what.ToString(), Next(status, code, hub, retryAfter, problem?.TraceId));
    }

    private static string Next(HttpStatusCode status, string code, Uri hub, TimeSpan? retryAfter, string? trace) => (status, code) switch
    {
        (HttpStatusCode.Unauthorized, _) => $"Give a valid token: 'yard login --url {hub.ToString().TrimEnd('/')}', or --token.",
        (HttpStatusCode.Forbidden, _) => "Use a token that has this scope: --token, or 'yard login' with another one.",
        (_, ProblemCodes.WorkflowNotFound) => "'yard workflows' lists what there is; 'yard apply FILE' adds one.",
        (_, ProblemCodes.VersionNotFound) => "'yard workflows' shows the current versions.",
        (_, ProblemCodes.RunNotFound) => "'yard runs' lists the runs.",
        (_, ProblemCodes.ArtifactNotFound) => "'yard artifacts list RUN' lists what the run left.",
        (_, ProblemCodes.OrgNotFound) => "Name another organisation with --org.",
        (_, ProblemCodes.InvalidParameters) => "Correct the parameters (-p key=value, --params FILE).",
        (_, ProblemCodes.LintFailed) => "'yard lint FILE' shows each place.",
        (_, ProblemCodes.VersionImmutable) => "Edit the file and run 'yard apply' again.",
        (_, ProblemCodes.VersionNotNewer) => "Edit the file and run 'yard apply' again.",
        (_, ProblemCodes.BreakingChange) => "Raise the major version (or use a new slug), or apply it with --force.",
        (_, ProblemCodes.Conflict) => "'yard show RUN' tells where the run stands.",
        (_, ProblemCodes.RunFinished) => "Nothing to do: 'yard show RUN' tells how it ended.",
        (HttpStatusCode.RequestEntityTooLarge, _) => "Make the document smaller, or raise the hub's limit.",
        (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, _) =>
            $"Try again {(retryAfter is { } after ? $"in {Math.Ceiling(after.TotalSeconds):0} s" : "in a moment")}; 'yard status' shows which part is not ready.",
        (>= HttpStatusCode.InternalServerError, _) =>
            $"'yard status' shows which part is not ready{(trace is null ? "" : $"; the hub's log has the reason under trace {trace}")}.",
        (HttpStatusCode.NotFound, _) => "Check the name, and that the hub is of this version ('yard status').",
        _ => "Correct the request and try again.",
    };
}

/// <summary>An application/problem+json body, read tolerantly: whatever stands between us and the hub may answer too.</summary>
internal sealed record Problem(string? Title, string? Detail, string? Code, string? TraceId, IReadOnlyList<ProblemError> Errors)
{
    public static Problem? Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var errors = new List<ProblemError>();
            if (root.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in list.EnumerateArray())
                {
                    errors.Add(new(
                        Text(item, "pointer") ?? "",
                        Text(item, "message") ?? "",
                        Text(item, "code"),
                        Number(item, "line"),
                        Number(item, "column")));
                }
            }

            return new(Text(root, "title"), Text(root, "detail"), Text(root, "code"), Text(root, "traceId"), errors);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}

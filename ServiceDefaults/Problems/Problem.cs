using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>Makes the one kind of error answer: application/problem+json with a code, and where in the request the fault lies.</summary>
public static class Problem
{
    public static ProblemHttpResult Of(int status, string code, string title, string detail, IEnumerable<ProblemError>? errors = null)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (errors?.ToList() is { Count: > 0 } list) extensions["errors"] = list;
        if (Activity.Current is { } activity) extensions["traceId"] = activity.TraceId.ToHexString();
        return TypedResults.Problem(detail, instance: null, status, title, $"https://switchyard.dev/problems/{code.ToLowerInvariant().Replace('_', '-')}", extensions);
    }
}

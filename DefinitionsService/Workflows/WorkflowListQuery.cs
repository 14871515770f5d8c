using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Switchyard.Contracts.Problems;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>The query of a list of workflows: <c>owner</c>, <c>risk</c>, <c>text</c>, <c>label=key:value</c> (repeatable), <c>cursor</c>, <c>limit</c>.</summary>
public sealed record WorkflowListQuery(
    [FromQuery] string? Owner, [FromQuery] string? Risk, [FromQuery] string? Text, [FromQuery] string[]? Label,
    [FromQuery] string? Cursor, [FromQuery] string? Limit)
{
    private static readonly string[] Risks = ["low", "medium", "high"];

    public bool TryRead(
        [NotNullWhen(true)] out PageRequest? page, [NotNullWhen(true)] out WorkflowFilter? filter,
        [NotNullWhen(false)] out ProblemHttpResult? refused)
    {
        filter = null;
        if (!new PageQuery(Cursor, Limit).TryRead(out page, out refused))
        {
            return false;
        }

        if (Risk is not (null or "") && !Risks.Contains(Risk))
        {
            refused = Bad("/risk", $"risk is one of {string.Join(", ", Risks)}, not '{Risk}'.");
            return false;
        }

        var labels = new List<KeyValuePair<string, string>>();
        foreach (var label in Label ?? [])
        {
            // Either sign parts key and value; a value may hold the sign again.
            var sign = label.AsSpan().IndexOfAny(':', '=');
            if (sign <= 0)
            {
                refused = Bad("/label", $"label is written key:value, not '{label}'.");
                return false;
            }

            labels.Add(new(label[..sign], label[(sign + 1)..]));
        }

        filter = new WorkflowFilter(Owner, Risk, Text, labels);
        return true;
    }

    private static ProblemHttpResult Bad(string pointer, string message) => Problem.Of(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "Bad query", message, [new ProblemError(pointer, message)]);
}

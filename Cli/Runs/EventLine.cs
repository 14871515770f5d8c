using System.Text;
using System.Text.Json;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary>One event as one line.</summary>
internal static class EventLine
{
    // 14:03:07    12  step_retried   each[3]  attempt 2  HTTP 503 …
    public static string Of(RunEventView happened)
    {
        var line = new StringBuilder();
        line.Append(Spans.Clock(happened.At)).Append($"{happened.Seq,6}  ").Append($"{happened.Type,-22}");
        if (happened.StepId is { } step)
        {
            line.Append("  ").Append(step);
            if (happened.Item is >= 0)
            {
                line.Append('[').Append(happened.Item).Append(']');
            }
        }

        if (happened.Attempt is > 1)
        {
            line.Append("  attempt ").Append(happened.Attempt);
        }

        if (Remark(happened.Data) is { Length: > 0 } remark)
        {
            line.Append("  ").Append(remark);
        }

        return line.ToString().TrimEnd();
    }

    private static string? Remark(JsonElement? data) => RunProgress.Text(data, "message") ?? RunProgress.Text(data, "reason");
}

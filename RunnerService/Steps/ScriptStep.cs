using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Scripts;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Runs a JavaScript snippet over <c>input</c> in a process of its own. The value of its last statement, or what it returns,
/// is the output.
/// </summary>
public sealed partial class ScriptStep(ScriptPool scripts, IOptions<ScriptOptions> options, ILogger<ScriptStep> log) : IStep
{
    public string Action => "script.js";

    /// <summary>A script may ask for the time or for chance.</summary>
    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var limits = options.Value;
        var with = new StepWith(context.With);
        var source = with.Text("code");
        var input = with.Field("input");
        var timeout = with.Number("timeoutMs", 1, limits.MaxTimeout.TotalMilliseconds) is { } ms ? TimeSpan.FromMilliseconds(ms) : limits.Timeout;
        if (source.Length > limits.MaxSourceLength) with.Refuse($"'code' is longer than {limits.MaxSourceLength} characters.");
        if (with.Refusal is { } refusal) return refusal;
        if (IsTooLarge(input, limits.MaxInputBytes)) return new StepOutcome.Permanent("SCRIPT_INPUT_TOO_LARGE", $"The script's input is larger than {limits.MaxInputBytes} bytes.");

        var answer = await scripts.RunAsync(source, input, timeout, stop);
        if (answer is null) return new StepOutcome.Transient("SCRIPT_HOST_LOST", "The process that ran the script ended unexpectedly.");

        foreach (var line in answer.Log) Log.Said(log, context.Run.Id, context.StepId, line);
        if (answer.Error is not { } error) return new StepOutcome.Succeeded(JsonSerializer.Deserialize<JsonElement>(answer.Output ?? "null"));

        var where = error.Line is { } line1 ? JsonSerializer.SerializeToElement(new { line = line1, column = error.Column }) : default;
        return new StepOutcome.Permanent(error.Code, error.Line is { } at ? $"{error.Message} (line {at}, column {error.Column})" : error.Message, where);
    }

    private static bool IsTooLarge(JsonElement input, int limit) =>
        input.ValueKind != JsonValueKind.Undefined && System.Text.Encoding.UTF8.GetByteCount(input.GetRawText()) > limit;

    private static partial class Log
    {
        [LoggerMessage(2761, LogLevel.Information, "Script of run {Run}, step {Step}: {Line}")]
        public static partial void Said(ILogger log, Guid run, string step, string line);
    }
}

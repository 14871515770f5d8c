using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Waits for a named signal from outside. The waker adds <c>signal</c>, whose value becomes the output's <c>data</c>.
/// </summary>
public sealed class SignalWaitStep : IStep
{
    public const string Kind = "signal";

    public string Action => "signal.wait";

    public bool IsPure => false;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop) => new(Execute(context));

    private static StepOutcome Execute(StepContext context)
    {
        var now = context.Time.GetUtcNow();
        var with = new StepWith(context.With);
        var name = with.TextOr("name", context.StepId);
        var onTimeout = with.OneOf("onTimeout", "fail", "continue", "skip");
        var deadline = AwaitedState.ReadDeadline(with, now);
        if (with.Refusal is { } refusal) return refusal;

        var state = AwaitedState.IsOf(context.State, Kind) ? context.State : AwaitedState.Make(Kind, name, deadline);
        deadline = AwaitedState.DeadlineOf(state);

        var signal = new StepWith(state).Field("signal");
        if (signal.ValueKind != JsonValueKind.Undefined) return Output(JsonObject.Create(JsonSerializer.SerializeToElement(new { timedOut = false }))!, signal);
        if (deadline > now || deadline is null) return new StepOutcome.Wait(deadline, $"signal: {name}", state);

        return onTimeout switch
        {
            "continue" => Output(JsonObject.Create(JsonSerializer.SerializeToElement(new { timedOut = true }))!, default),
            "skip" => new StepOutcome.Skipped($"The signal '{name}' did not come in time."),
            _ => new StepOutcome.Permanent("SIGNAL_TIMED_OUT", $"The signal '{name}' did not come before {deadline:u}."),
        };
    }

    private static StepOutcome.Succeeded Output(JsonObject output, JsonElement data)
    {
        output["data"] = data.ValueKind == JsonValueKind.Undefined ? null : JsonSerializer.SerializeToNode(data);
        return new StepOutcome.Succeeded(JsonSerializer.SerializeToElement(output));
    }
}

using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>Does nothing: a joint in a graph, and what the benchmarks count.</summary>
public sealed class NoopStep : IStep
{
    public string Action => "noop";

    public bool IsPure => true;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop) => new(Done);

    private static readonly StepOutcome Done = new StepOutcome.Succeeded(default(JsonElement));
}

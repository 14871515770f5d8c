using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>Does nothing but hand on its <c>output</c>, if it has one: a joint in a graph, and what the benchmarks count.</summary>
public sealed class NoopStep : IStep
{
    public string Action => "noop";

    public bool IsPure => true;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop) => new(
        context.With.ValueKind == JsonValueKind.Object && context.With.TryGetProperty("output", out var output) ? new StepOutcome.Succeeded(output) : Done);

    private static readonly StepOutcome Done = new StepOutcome.Succeeded(default(JsonElement));
}

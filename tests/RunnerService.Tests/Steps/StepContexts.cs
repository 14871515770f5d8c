using System.Text.Json;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Tests.Steps;

/// <summary>Makes the context an engine would hand to a step.</summary>
internal static class StepContexts
{
    public static StepContext For(string with, string? state = null, TimeProvider? time = null, int attempt = 1, RunIdentity? run = null, string stepId = "step") => new()
    {
        Run = run ?? Run(),
        StepId = stepId,
        Attempt = attempt,
        With = Json(with),
        State = state is null ? default : Json(state),
        Time = time ?? TimeProvider.System,
    };

    public static RunIdentity Run(string org = "acme", int depth = 0) => new()
    {
        Id = Guid.CreateVersion7(),
        Org = org,
        Workflow = "orders",
        Version = "1.0.0",
        Environment = "dev",
        Owner = "tests",
        Depth = depth,
    };

    public static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    /// <summary>The step's outcome for a context, as the kind that the test expects.</summary>
    public static async Task<T> RunAsync<T>(this IStep step, StepContext context) where T : StepOutcome
    {
        var outcome = await step.ExecuteAsync(context, TestContext.Current.CancellationToken);
        Assert.True(outcome is T, $"Expected {typeof(T).Name}, got {outcome}");
        return (T)outcome;
    }
}

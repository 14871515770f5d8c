using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// What approvals and signals have in common: a state that says what is awaited until when, kept as it was first decided, and
/// to which whoever wakes the run adds the answer.
/// </summary>
internal static class AwaitedState
{
    private const double LongestSeconds = 366 * 86_400d;

    /// <summary>The end of the wait from <c>deadline</c> or <c>timeoutSeconds</c>; null = none.</summary>
    public static DateTimeOffset? ReadDeadline(StepWith with, DateTimeOffset now)
    {
        var deadline = with.Instant("deadline");
        var seconds = with.Number("timeoutSeconds", 0, LongestSeconds);
        if (deadline is not null && seconds is not null) with.Refuse("Give either 'deadline' or 'timeoutSeconds'.");
        return deadline ?? (seconds is { } after ? now.AddSeconds(after) : null);
    }

    public static DateTimeOffset? DeadlineOf(JsonElement state) => new StepWith(state).Instant("deadline");

    public static JsonElement Make(string kind, string name, DateTimeOffset? deadline, params (string Name, JsonNode? Value)[] more)
    {
        var state = new JsonObject { ["kind"] = kind, ["name"] = name };
        if (deadline is { } end) state["deadline"] = end.ToString("O", CultureInfo.InvariantCulture);
        foreach (var (field, value) in more)
        {
            if (value is not null) state[field] = value;
        }

        return JsonSerializer.SerializeToElement(state);
    }

    public static bool IsOf(JsonElement state, string kind) =>
        state.ValueKind == JsonValueKind.Object && state.TryGetProperty("kind", out var found) && found.ValueEquals(kind);
}

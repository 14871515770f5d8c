using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Lets <c>seconds</c> pass, or waits <c>until</c> an instant. The end is decided once and kept in the state, so a retry, a
/// restart or an early wake-up does not begin the delay anew.
/// </summary>
public sealed class DelayStep : IStep
{
    /// <summary>Five years; a longer delay is a typing error.</summary>
    private const double LongestSeconds = 5 * 366 * 86_400d;

    public string Action => "delay";

    public bool IsPure => false;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        if (new StepWith(context.State).Instant("until") is { } decided) return new(Outcome(decided, now));

        var with = new StepWith(context.With);
        var seconds = with.Number("seconds", 0, LongestSeconds);
        var until = with.Instant("until");
        if ((seconds is null) == (until is null)) with.Refuse("Give either 'seconds' or 'until'.");
        if (until > now.AddSeconds(LongestSeconds)) with.Refuse("'until' lies more than five years ahead.");
        if (with.Refusal is { } refusal) return new(refusal);

        return new(Outcome(until ?? now.AddSeconds(seconds!.Value), now));
    }

    private static StepOutcome Outcome(DateTimeOffset until, DateTimeOffset now)
    {
        var text = until.ToString("O", CultureInfo.InvariantCulture);
        var state = JsonSerializer.SerializeToElement(new JsonObject { ["until"] = text });
        return until <= now
            ? new StepOutcome.Succeeded(state)
            : new StepOutcome.Wait(until, $"delay until {until.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC", state);
    }
}

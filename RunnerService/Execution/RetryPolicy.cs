using Switchyard.Contracts.Workflows;

namespace Switchyard.RunnerService.Execution;

/// <summary>How often a step is tried and how long it pauses in between.</summary>
/// <param name="MaxAttempts">1 = no retry.</param>
/// <param name="Kind">How the pause grows.</param>
/// <param name="Initial">Pause before the second attempt, before jitter.</param>
/// <param name="Max">No pause is longer, unless the other side asked for more.</param>
public sealed record RetryPolicy(int MaxAttempts, Backoff Kind, TimeSpan Initial, TimeSpan Max)
{
    // Nobody gets to hold a run for longer than this by a Retry-After header.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>
    /// The pause before attempt <paramref name="next"/> (2 = the first retry). Half of it is fixed and half is chance ("equal jitter"),
    /// so that a crowd of failures spreads out but nobody retries at once.
    /// </summary>
    /// <param name="next">The attempt that is to come, 2 or more.</param>
    /// <param name="roll">Chance, from 0 to 1.</param>
    /// <param name="retryAfter">What the other side asked for; it is a lower bound.</param>
    public TimeSpan PauseBefore(int next, double roll, TimeSpan? retryAfter = null)
    {
        var factor = Kind switch
        {
            Backoff.Fixed => 1,
            Backoff.Linear => next - 1,
            _ => Math.Pow(2, Math.Min(next - 2, 30)),
        };
        var ceiling = TimeSpan.FromMilliseconds(Math.Min(Initial.TotalMilliseconds * factor, Max.TotalMilliseconds));
        var pause = (ceiling / 2) + (ceiling / 2 * roll);
        return retryAfter is { } asked && asked > pause ? (asked < LongestRetryAfter ? asked : LongestRetryAfter) : pause;
    }

    /// <summary>The step's own policy, with the hub's defaults where it says nothing.</summary>
    public static RetryPolicy Of(Retry? step, EngineOptions defaults) => new(
        Math.Clamp(step?.MaxAttempts ?? defaults.RetryAttempts, 1, 100),
        step?.Backoff ?? Backoff.Exponential,
        TimeSpan.FromMilliseconds(step?.InitialMs ?? defaults.RetryBackoff.TotalMilliseconds),
        TimeSpan.FromMilliseconds(step?.MaxMs ?? defaults.RetryBackoffMax.TotalMilliseconds));
}

using System.Diagnostics;

namespace Switchyard.Gateway.Limits;

/// <summary>A token bucket in one number: the instant at which the bucket would be full again (the generic cell rate
/// algorithm). One compare-and-swap per request, no timer, nothing allocated.</summary>
public sealed class RequestRate
{
    private long _fullAt = long.MinValue;

    /// <summary>Takes one request out of a bucket that holds one second's worth; else says how long to wait.</summary>
    /// <param name="now">A timestamp in the unit of <see cref="Stopwatch.Frequency"/>.</param>
    /// <param name="perSecond">How many requests a second refills.</param>
    /// <param name="wait">Zero, or the time until one request fits again.</param>
    public bool TryTake(long now, int perSecond, out TimeSpan wait)
    {
        var cost = Math.Max(1, Stopwatch.Frequency / perSecond);
        while (true)
        {
            var before = Volatile.Read(ref _fullAt);
            var after = Math.Max(before, now) + cost;
            var over = after - now - Stopwatch.Frequency;
            if (over > 0)
            {
                wait = TimeSpan.FromSeconds((double)over / Stopwatch.Frequency);
                return false;
            }

            if (Interlocked.CompareExchange(ref _fullAt, after, before) != before) continue;
            wait = TimeSpan.Zero;
            return true;
        }
    }
}

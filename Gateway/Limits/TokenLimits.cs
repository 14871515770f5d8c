using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Limits;

/// <summary>Counts what each token asks. The counts live as long as the token's name, across reloads.</summary>
public sealed class TokenLimits(IOptionsMonitor<LimitOptions> options, TimeProvider time)
{
    private const int Looks = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<string, Usage> _byName = new(StringComparer.Ordinal);

    /// <summary>Admits one request of the token, to be handed back with <see cref="Usage.Leave"/>; or says which limit stands in the way.</summary>
    public Usage? TryEnter(OperatorToken token, out string limit, out TimeSpan wait)
    {
        var defaults = options.CurrentValue;
        var usage = _byName.GetOrAdd(token.Name, static _ => new Usage());
        limit = "";
        if (!usage.TryTake(time.GetTimestamp(), token.RequestsPerSecond ?? defaults.RequestsPerSecond, out wait))
        {
            limit = "rate";
            return null;
        }

        if (usage.TryEnter(token.Concurrency ?? defaults.Concurrency)) return usage;
        limit = "concurrency";
        wait = TimeSpan.FromSeconds(1);
        return null;
    }

    /// <summary>Looks again for a moment when only the requests in flight stood in the way. A caller who asks one thing after the
    /// other may read an answer to its end just before we count it as ended, and must not be refused for that.</summary>
    public async Task<Usage?> WaitForRoomAsync(OperatorToken token, CancellationToken stop)
    {
        var usage = _byName.GetOrAdd(token.Name, static _ => new Usage());
        for (var look = 0; look < Looks; look++)
        {
            await Task.Delay(BetweenLooks, time, stop);
            if (usage.TryEnter(token.Concurrency ?? options.CurrentValue.Concurrency)) return usage;
        }

        return null;
    }

    /// <summary>What one token uses right now.</summary>
    public sealed class Usage
    {
        private readonly RequestRate _rate = new();
        private int _inFlight;

        public int InFlight => Volatile.Read(ref _inFlight);

        public void Leave() => Interlocked.Decrement(ref _inFlight);

        internal bool TryTake(long now, int perSecond, out TimeSpan wait) => _rate.TryTake(now, perSecond, out wait);

        internal bool TryEnter(int most)
        {
            if (Interlocked.Increment(ref _inFlight) <= most) return true;
            Interlocked.Decrement(ref _inFlight);
            return false;
        }
    }
}

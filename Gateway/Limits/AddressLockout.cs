using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Switchyard.Gateway.Limits;

/// <summary>Locks an address out when it keeps presenting tokens that nobody gave out. While it is locked, only tokens
/// that were good from that address before still pass: a guess that hits is refused like every other, and the
/// colleagues behind the same address keep working.</summary>
public sealed class AddressLockout(IOptionsMonitor<LimitOptions> options, TimeProvider time)
{
    // Both bounded: an attacker with many addresses must not fill our memory.
    private const int MostAddresses = 20_000;
    private const int MostKnown = 20_000;
    private static readonly Attempts None = new(0, DateTimeOffset.MinValue, DateTimeOffset.MinValue);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<IPAddress, Attempts> _attempts = new();
    private readonly ConcurrentDictionary<(IPAddress, string Token), bool> _known = new();

    /// <summary>How many addresses are being watched.</summary>
    public int Watched => _attempts.Count;

    /// <summary>How long this address stays locked out; null when it is not.</summary>
    public TimeSpan? LockedFor(IPAddress address)
    {
        // The ordinary case: nobody misbehaves, nothing is looked up.
        if (_attempts.IsEmpty || !_attempts.TryGetValue(Network(address), out var attempts)) return null;
        var left = attempts.LockedUntil - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    public bool IsKnown(IPAddress address, string token) => _known.ContainsKey((Network(address), token));

    public void Succeeded(IPAddress address, string token)
    {
        if (_known.ContainsKey((Network(address), token)) || _known.Count >= MostKnown) return;
        _known.TryAdd((Network(address), token), true);
    }

    public void Failed(IPAddress address)
    {
        var now = time.GetUtcNow();
        if (_attempts.Count >= MostAddresses) Forget(now);
        _attempts.AddOrUpdate(
            Network(address),
            static (_, state) => Next(None, state.now, state.Limits),
            static (_, before, state) => Next(before, state.now, state.Limits),
            (now, Limits: options.CurrentValue));
    }

    // An IPv6 caller owns a whole /64 and could come from another address each time.
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6) return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private static Attempts Next(Attempts before, DateTimeOffset now, LimitOptions limits)
    {
        var count = now - before.Since < Window ? before.Count + 1 : 1;
        var since = count == 1 ? now : before.Since;
        return count >= limits.InvalidAttempts
            ? new Attempts(0, now, now + limits.Lockout)
            : new Attempts(count, since, before.LockedUntil);
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (address, attempts) in _attempts)
        {
            if (attempts.LockedUntil <= now && now - attempts.Since >= Window) _attempts.TryRemove(address, out _);
        }

        // All of them live: rather forget everyone than grow without end.
        if (_attempts.Count >= MostAddresses) _attempts.Clear();
    }

    private sealed record Attempts(int Count, DateTimeOffset Since, DateTimeOffset LockedUntil);
}

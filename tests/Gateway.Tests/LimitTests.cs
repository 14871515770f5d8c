using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using Switchyard.Gateway.Limits;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests;

public sealed class LimitTests
{
    [Fact]
    public void P3_a_bucket_holds_one_second_of_requests_and_refills_evenly()
    {
        var rate = new RequestRate();
        var now = 1_000 * Stopwatch.Frequency;

        for (var i = 0; i < 10; i++) Assert.True(rate.TryTake(now, 10, out _));
        Assert.False(rate.TryTake(now, 10, out var wait));
        Assert.InRange(wait, TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(110));

        Assert.True(rate.TryTake(now + Stopwatch.Frequency / 10, 10, out _));
        Assert.False(rate.TryTake(now + Stopwatch.Frequency / 10, 10, out _));
    }

    [Fact]
    public void P3_a_bucket_gives_no_more_than_it_holds_to_many_at_once()
    {
        var rate = new RequestRate();
        var taken = 0;

        Parallel.For(0, 10_000, _ =>
        {
            if (rate.TryTake(Stopwatch.Frequency, 500, out TimeSpan _)) Interlocked.Increment(ref taken);
        });

        Assert.Equal(500, taken);
    }

    [Fact]
    public void P3_attempts_count_within_a_minute_only()
    {
        var clock = new MovableClock();
        var lockout = new AddressLockout(new Fixed(new LimitOptions { InvalidAttempts = 3 }), clock);
        var address = IPAddress.Parse("203.0.113.9");

        lockout.Failed(address);
        lockout.Failed(address);
        clock.Advance(TimeSpan.FromSeconds(61));
        lockout.Failed(address);
        Assert.Null(lockout.LockedFor(address));

        lockout.Failed(address);
        lockout.Failed(address);
        Assert.Equal(TimeSpan.FromMinutes(1), lockout.LockedFor(address));
        Assert.Null(lockout.LockedFor(IPAddress.Parse("203.0.113.10")));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(lockout.LockedFor(address));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2:3", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("203.0.113.9", "::ffff:203.0.113.9", true)]
    public void P3_addresses_of_one_caller_count_together(string first, string second, bool together)
    {
        var lockout = new AddressLockout(new Fixed(new LimitOptions { InvalidAttempts = 2 }), new MovableClock());

        lockout.Failed(IPAddress.Parse(first));
        lockout.Failed(IPAddress.Parse(second));

        Assert.Equal(together, lockout.LockedFor(IPAddress.Parse(first)) is not null);
    }

    [Fact]
    public void P3_many_addresses_do_not_fill_the_memory()
    {
        var lockout = new AddressLockout(new Fixed(new LimitOptions()), new MovableClock());

        for (var i = 0; i < 50_000; i++) lockout.Failed(new IPAddress(0x0A000000L + i));

        Assert.InRange(lockout.Watched, 1, 20_000);
    }

    private sealed class Fixed(LimitOptions value) : IOptionsMonitor<LimitOptions>
    {
        public LimitOptions CurrentValue => value;

        public LimitOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<LimitOptions, string?> listener) => null;
    }
}

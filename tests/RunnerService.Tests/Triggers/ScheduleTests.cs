using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Triggers;

namespace Switchyard.RunnerService.Tests.Triggers;

/// <summary>Which times a schedule has, and which of the missed ones it makes up for.</summary>
public sealed class ScheduleTests
{
    private static readonly TriggerOptions Options = new() { MaxCatchUp = 5 };

    [Theory]
    // The night the clock leaps from 2 to 3: half past two does not exist and is met at three.
    [InlineData("0 30 2 * * ?", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    // The night it goes back from 3 to 2: half past two comes twice and is met once.
    [InlineData("0 30 2 * * ?", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    // In summer and winter six o'clock is six o'clock.
    [InlineData("0 0 6 * * ?", "2026-03-28T12:00:00Z", "2026-03-29T04:00:00Z", "2026-03-30T04:00:00Z")]
    [InlineData("0 0 6 * * ?", "2026-10-24T12:00:00Z", "2026-10-25T05:00:00Z", "2026-10-26T05:00:00Z")]
    // What runs every half hour runs through the hour that comes twice.
    [InlineData("0 0/30 * * * ?", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")]
    public void X3_times_follow_the_clock_of_the_time_zone_through_summer_and_winter(string cron, string after, string first, string second)
    {
        var schedule = Make(cron, zone: "Europe/Berlin");

        var next = schedule.After(At(after));

        Assert.Equal((At(first), At(second)), (next, schedule.After(next)));
    }

    [Theory]
    [InlineData(CatchUp.None, new[] { "12:00:00" })]
    [InlineData(CatchUp.Last, new[] { "11:59:00", "12:00:00" })]
    [InlineData(CatchUp.All, new[] { "11:55:00", "11:56:00", "11:57:00", "11:58:00", "11:59:00", "12:00:00" })]
    public void X3_missed_times_are_made_up_for_as_the_policy_says_and_never_without_bound(CatchUp policy, string[] times) => Assert.Equal(
        times.Select(one => At($"2026-01-05T{one}Z")),
        Make("0 * * * * ?", catchUp: policy).Due(At("2025-01-01T00:00:00Z"), At("2026-01-05T12:00:10Z"), Options));

    [Fact]
    public void X3_nothing_before_the_position_is_made_up_for() => Assert.Equal(
        [At("2026-01-05T11:58:00Z"), At("2026-01-05T11:59:00Z"), At("2026-01-05T12:00:00Z")],
        Make("0 * * * * ?", catchUp: CatchUp.All).Due(At("2026-01-05T11:58:00Z"), At("2026-01-05T12:00:10Z"), Options));

    [Fact]
    public void X3_a_schedule_that_is_over_has_no_next_time() => Assert.Equal(Schedule.Never, Make("0 0 0 1 1 ? 2020").After(At("2026-01-05T12:00:00Z")));

    private static Schedule Make(string cron, string zone = "UTC", CatchUp catchUp = CatchUp.None) => new(new ScheduleTrigger { Cron = cron, TimeZone = zone, CatchUp = catchUp });

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

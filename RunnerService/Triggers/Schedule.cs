using Quartz;
using Switchyard.Contracts.Workflows;

namespace Switchyard.RunnerService.Triggers;

/// <summary>Which schedule: a trigger of a workflow in an environment.</summary>
public readonly record struct ScheduleId(string Org, string Workflow, string Environment, string Key);

/// <summary>The times of a schedule. A time that the clock leaps over is met at the end of the leap; one that comes twice, once, unless the schedule runs through the hours.</summary>
public sealed class Schedule
{
    /// <summary>The next time of a schedule that has none any more.</summary>
    public static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CronExpression cron;

    /// <exception cref="FormatException">The expression or the time zone cannot be read.</exception>
    public Schedule(ScheduleTrigger trigger)
    {
        Trigger = trigger;
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(trigger.TimeZone, out var zone) ? zone : throw new FormatException($"There is no time zone '{trigger.TimeZone}'.");
        cron = new CronExpression(trigger.Cron, Zone);
    }

    public ScheduleTrigger Trigger { get; }

    public TimeZoneInfo Zone { get; }

    /// <summary>The first time after a moment, or <see cref="Never"/>.</summary>
    public DateTimeOffset After(DateTimeOffset moment) => cron.GetNextValidTimeAfter(moment) ?? Never;

    /// <summary>
    /// The times from <paramref name="next"/> to <paramref name="now"/> that are to be met, oldest first: those that are hardly late, and of
    /// the missed ones what the policy wants. Its cost does not grow with the length of the gap.
    /// </summary>
    public IReadOnlyList<DateTimeOffset> Due(DateTimeOffset next, DateTimeOffset now, TriggerOptions options)
    {
        var missed = now - options.MissedAfter;
        var times = new List<DateTimeOffset>();
        var most = Trigger.CatchUp switch { CatchUp.All => options.MaxCatchUp, CatchUp.Last => 1, _ => 0 };
        // One tick on, because a time exactly at the border is missed.
        for (var at = cron.GetPreviousValidTimeBefore(missed.AddTicks(1)); times.Count < most && at >= next; at = cron.GetPreviousValidTimeBefore(at.Value)) { times.Add(at.Value); }
        times.Reverse();
        for (var at = next > missed ? next : After(missed); at <= now; at = After(at)) { times.Add(at); }
        return times;
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Upkeep;

namespace Switchyard.RunnerService.Triggers;

/// <summary>
/// Starts the runs of schedules. First the times that have come are written down, with the move past them; then each is met by starting its
/// run under a key made of the time. Whoever dies in between, another goes on, and the key finds the run that is there already.
/// </summary>
public sealed partial class Schedules(
    ActiveTriggers active, ScheduleStore store, WorkflowPlans plans, StartRun start, RunStore runs, IFeatureManager features,
    IOptions<TriggerOptions> options, TimeProvider time, ILogger<Schedules> log) : UpkeepLoop(time, log)
{
    // A schedule that was just applied is noticed this late at the worst.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // How long one runner may take to start a run before another tries.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // A runner that has not yet seen a new version must not forget its schedules.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    private const int MaxSteps = 200;
    private const int MaxClaim = 100;
    private const int MaxAtOnce = 16;

    private readonly Dictionary<ScheduleTrigger, Schedule?> compiled = new(ReferenceEqualityComparer.Instance);
    private readonly Lock gate = new();
    private DateTimeOffset lookAgainAt;
    private DateTimeOffset cleanedAt;

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        lookAgainAt = Time.GetUtcNow() + LookEvery;
        await AdvanceAsync(stop);
        var met = 0;
        var claim = Guid.NewGuid();
        while (true)
        {
            var now = Time.GetUtcNow();
            var firings = await store.ClaimAsync(MaxClaim, claim, now, now + Lease, stop);
            // The times of one schedule in their order; many schedules that come at the same hour side by side, so that they share commits.
            await Parallel.ForEachAsync(
                firings.GroupBy(firing => (firing.Org, firing.Workflow, firing.Environment, firing.TriggerKey)), new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = stop },
                async (times, cancel) => { foreach (var firing in times) { Interlocked.Add(ref met, await MeetSafelyAsync(firing, claim, cancel)); } });
            if (firings.Count < MaxClaim) { break; }
        }
        if (Time.GetUtcNow() - cleanedAt > TimeSpan.FromHours(1))
        {
            cleanedAt = Time.GetUtcNow();
            await store.RemoveSettledAsync(cleanedAt - Keep, stop);
        }
        return met;
    }

    protected override Task RestAsync(int moved, CancellationToken stop)
    {
        var wait = lookAgainAt - Time.GetUtcNow();
        return Task.Delay(wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10), Time, stop);
    }

    private async Task AdvanceAsync(CancellationToken stop)
    {
        var now = Time.GetUtcNow();
        var known = new Dictionary<ScheduleId, Schedule>();
        foreach (var one in (await active.GetAsync(TimeSpan.FromSeconds(2), stop)).Schedules)
        {
            if (Compile((ScheduleTrigger)one.Trigger) is { } schedule) { known[new(one.Org, one.Workflow, one.Environment, TriggerKey.Of(one.Trigger))] = schedule; }
        }
        var positions = await store.ListAsync(stop);
        var there = positions.Select(position => position.Schedule).ToHashSet();
        var added = known.Where(pair => !there.Contains(pair.Key)).Select(pair => (pair.Key, Next: pair.Value.After(now))).ToList();
        if (added.Count > 0) { await store.BeginAsync(added, now, stop); }
        foreach (var (_, next) in added) { LookAgainBy(next); }
        var gone = positions.Where(position => !known.ContainsKey(position.Schedule) && position.TouchedAt < now - ForgetAfter).Select(position => position.Schedule).ToList();
        if (gone.Count > 0) { await store.ForgetAsync(gone, stop); }

        var steps = new List<ScheduleStore.Step>();
        // In one order everywhere, so that two runners do not wait for each other.
        foreach (var position in positions.OrderBy(position => position.Schedule.ToString(), StringComparer.Ordinal))
        {
            if (!known.TryGetValue(position.Schedule, out var schedule)) { continue; }
            if (position.NextFireAt > now) { LookAgainBy(position.NextFireAt); continue; }
            // While the flag is off the position stays: what goes by counts as missed.
            if (!await IsOnAsync(position.Org)) { continue; }
            var next = schedule.After(now);
            LookAgainBy(next);
            steps.Add(new(position.Schedule, position.NextFireAt, next, schedule.Due(position.NextFireAt, now, options.Value),
                schedule.Trigger.Overlap is Overlap.Queue ? options.Value.MaxQueued : null));
        }
        foreach (var part in steps.Chunk(MaxSteps)) { await store.AdvanceAsync(part, now, stop); }
    }

    // One time that cannot be met must not keep the others from theirs.
    private async Task<int> MeetSafelyAsync(ScheduleStore.Firing firing, Guid claim, CancellationToken stop)
    {
        try { return await MeetAsync(firing, claim, stop); }
        catch (InvalidDataException e) { return await SettleAsync(firing, claim, "failed", e.Message, stop); }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The claim runs out, and then somebody tries again.
            Log.NotMet(log, e, firing.FireAt, firing.Workflow, firing.Org);
            return 0;
        }
    }

    private async Task<int> MeetAsync(ScheduleStore.Firing firing, Guid claim, CancellationToken stop)
    {
        if (!await IsOnAsync(firing.Org)) { return await PostponeAsync(firing, claim, LookEvery, stop); }
        if (await FindTriggerAsync(firing, stop) is not { } trigger) { return await SettleAsync(firing, claim, "skipped", "no active version has the schedule any more", stop); }
        if (trigger.Overlap is not Overlap.Allow)
        {
            // An earlier time that waits is dealt with first; only then is it known whether it overlaps.
            var overlaps = await store.IsOverlappingAsync(firing, orWaiting: false, stop);
            if (overlaps && trigger.Overlap is Overlap.Skip) { return await SettleAsync(firing, claim, "skipped", "the run of an earlier time is under way", stop); }
            if (overlaps || await store.IsOverlappingAsync(firing, orWaiting: true, stop)) { return await PostponeAsync(firing, claim, TimeSpan.FromSeconds(1), stop); }
        }
        try
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(trigger.TimeZone);
            // In the schedule's own zone: the day of a run at midnight is the day that its zone has.
            var happening = JsonSerializer.SerializeToElement(new { type = "schedule", scheduledAt = TimeZoneInfo.ConvertTime(firing.FireAt, zone).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture) });
            var request = new StartRunRequest { Environment = firing.Environment, Parameters = TriggerInput.Of(trigger).Parameters(happening) };
            var key = $"schedule:{firing.Workflow}:{firing.Environment}:{firing.TriggerKey}:{firing.FireAt.UtcDateTime:yyyyMMddTHHmmssZ}";
            var origin = new StartRun.Origin("schedule", "schedule", key) { Event = happening.GetRawText() };
            return await start.StartAsync(firing.Org, firing.Workflow, request, origin, stop) switch
            {
                StartOutcome.Started started => await SettleAsync(firing, claim, "started", null, stop, started.Run.Id),
                StartOutcome.Repeated repeated => await SettleAsync(firing, claim, "started", null, stop, repeated.Run.Id),
                // The run was started before a deployment changed what its parameters are.
                StartOutcome.KeyConflict => await SettleAsync(firing, claim, "started", null, stop, (await runs.FindByKeyAsync(firing.Org, key, stop))?.Id),
                StartOutcome.QueueUnavailable or StartOutcome.DatabaseUnavailable => await PostponeAsync(firing, claim, TimeSpan.FromSeconds(2), stop),
                StartOutcome.Invalid it => await SettleAsync(firing, claim, "failed", it.Errors[0].Message, stop),
                var refused => await SettleAsync(firing, claim, "failed", refused.GetType().Name, stop),
            };
        }
        catch (ExpressionException e) { return await SettleAsync(firing, claim, "failed", e.Message, stop); }
    }

    private async Task<ScheduleTrigger?> FindTriggerAsync(ScheduleStore.Firing firing, CancellationToken stop) =>
        await plans.ActiveVersionAsync(firing.Org, firing.Workflow, firing.Environment, stop) is { } version && await plans.FindAsync(firing.Org, firing.Workflow, version, stop) is { } plan
            ? plan.Document.Triggers.OfType<ScheduleTrigger>().FirstOrDefault(trigger => TriggerKey.Of(trigger) == firing.TriggerKey)
            : null;

    private async Task<int> SettleAsync(ScheduleStore.Firing firing, Guid claim, string status, string? reason, CancellationToken stop, Guid? run = null)
    {
        if (status is "failed") { Log.Failed(log, firing.FireAt, firing.Workflow, firing.Org, reason ?? ""); }
        await store.SettleAsync(firing, claim, status, reason, run, stop);
        return run is null ? 0 : 1;
    }

    private async Task<int> PostponeAsync(ScheduleStore.Firing firing, Guid claim, TimeSpan wait, CancellationToken stop)
    {
        var until = Time.GetUtcNow() + wait;
        await store.PostponeAsync(firing, claim, until, stop);
        LookAgainBy(until);
        return 0;
    }

    private Task<bool> IsOnAsync(string org) => features.IsEnabledAsync(FlagNames.ScheduleTriggers, new OrgContext(org));

    private void LookAgainBy(DateTimeOffset at)
    {
        lock (gate) { if (at < lookAgainAt) { lookAgainAt = at; } }
    }

    private Schedule? Compile(ScheduleTrigger trigger)
    {
        if (compiled.TryGetValue(trigger, out var known)) { return known; }
        if (compiled.Count > 20_000) { compiled.Clear(); }
        try { return compiled[trigger] = new Schedule(trigger); }
        catch (FormatException e)
        {
            Log.NotUnderstood(log, trigger.Cron, e.Message);
            return compiled[trigger] = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2611, LogLevel.Error, "The schedule '{Cron}' is not understood and starts nothing: {Reason}")]
        public static partial void NotUnderstood(ILogger log, string cron, string reason);

        [LoggerMessage(2613, LogLevel.Warning, "The time {At} of workflow {Workflow} of {Org} could not be met; it is tried again.")]
        public static partial void NotMet(ILogger log, Exception error, DateTimeOffset at, string workflow, string org);

        [LoggerMessage(2612, LogLevel.Error, "The time {At} of workflow {Workflow} of {Org} started no run: {Reason}")]
        public static partial void Failed(ILogger log, DateTimeOffset at, string workflow, string org, string reason);
    }
}

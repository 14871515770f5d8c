using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Triggers;

/// <summary>Triggers over HTTP: what would start a workflow and when, internal events, webhooks.</summary>
public static class TriggersApi
{
    private const int Upcoming = 5;

    public static void MapTriggers(this IEndpointRouteBuilder routes)
    {
        var org = routes.MapGroup("/v1/orgs/{org}").WithTags("Triggers").RequireOrg();
        org.MapGet("/workflows/{slug}/triggers", ListAsync).RequireScope(Scopes.RunsRead);
        org.MapPost("/events", PublishAsync).RequireScope(Scopes.RunsWrite);
        routes.MapPost(WebhooksApi.Path + "{org}/{slug}/{triggerId}", (string org, string slug, string triggerId, HttpContext http, WebhooksApi webhooks, CancellationToken stop) =>
            webhooks.ReceiveAsync(org, slug, triggerId, http, stop)).WithTags("Triggers");
    }

    /// <summary>The answer while a kind of trigger is switched off.</summary>
    internal static IResult Paused(HttpContext http, string what)
    {
        http.Response.Headers.RetryAfter = "60";
        return Problem.Of(503, ProblemCodes.TriggersPaused, $"{what} are paused", $"{what} start no runs at the moment. Send it again later.");
    }

    private static async Task<IResult> PublishAsync(string org, HttpContext http, PublishEvent publish, InternalEvent happened, CancellationToken stop)
    {
        if (happened.Type is not { Length: > 0 and <= 200 }) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The event has no type", "Give the type that triggers name, at most 200 characters.", [new("/type", "1 to 200 characters")]); }
        if (happened.Id is { Length: 0 or > 200 }) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The event's id is out of range", "Use 1 to 200 characters, or leave the id out.", [new("/id", "1 to 200 characters")]); }
        var caller = http.Caller();
        happened = happened with { Id = happened.Id ?? Guid.CreateVersion7().ToString() };
        var origin = new StartRun.Origin(caller.Subject, "event", null, Activity.Current?.Id);
        switch (await publish.PublishAsync(org, happened, origin, caller.MayUse, runs => Audit(caller, org, happened, runs), stop))
        {
            case PublishOutcome.Published it:
                var answer = new { happened.Id, happened.Type, it.Repeated, runs = it.Runs };
                return it.Repeated ? TypedResults.Ok(answer) : TypedResults.Accepted((string?)null, answer);
            case PublishOutcome.Conflict: return Problem.Of(409, ProblemCodes.IdempotencyConflict, "The event's id belongs to another event", "The id was used with another type or other data: use a new id for a new event.");
            case PublishOutcome.Paused: return Paused(http, "Internal events");
            case PublishOutcome.Unavailable it: return RunsApi.Refusal(it.Outcome, http);
            default: throw new UnreachableException();
        }
    }

    private static async Task<IResult> ListAsync(
        string org, string slug, WorkflowPlans plans, ScheduleStore schedules, IFeatureManager features, IOptions<TriggerOptions> options, TimeProvider time, CancellationToken stop)
    {
        if (!await plans.ExistsAsync(org, slug, stop)) { return Problem.Of(404, ProblemCodes.WorkflowNotFound, "There is no such workflow", $"No workflow '{slug}' exists in this organization."); }
        var (positions, last) = await schedules.OfAsync(org, slug, stop);
        var items = new List<TriggerView>();
        foreach (var environment in options.Value.ActiveEnvironments)
        {
            if (await plans.ActiveVersionAsync(org, slug, environment, stop) is not { } version || await plans.FindAsync(org, slug, version, stop) is not { } plan) { continue; }
            foreach (var trigger in plan.Document.Triggers)
            {
                var view = new TriggerView { Type = trigger.Type, Environment = environment, Version = version, Key = TriggerKey.Of(trigger), Active = await IsOnAsync(features, trigger, org) };
                items.Add(trigger switch
                {
                    ScheduleTrigger schedule => Describe(view, schedule,
                        positions.FirstOrDefault(one => one.Environment == environment && one.TriggerKey == view.Key)?.NextFireAt,
                        last.FirstOrDefault(one => one.Environment == environment && one.TriggerKey == view.Key), time.GetUtcNow()),
                    WebhookTrigger webhook => view with { Address = $"{WebhooksApi.Path}{org}/{slug}/{webhook.Id}", Signed = webhook.Secret is not null, Filter = webhook.Filter },
                    EventTrigger inner => view with { Event = inner.Event, Filter = inner.Filter },
                    _ => view,
                });
            }
        }
        return TypedResults.Ok(new { items });
    }

    private static TriggerView Describe(TriggerView view, ScheduleTrigger trigger, DateTimeOffset? position, ScheduleStore.LastFiring? last, DateTimeOffset now)
    {
        var next = new List<DateTimeOffset>();
        try
        {
            var schedule = new Schedule(trigger);
            for (var at = position > now ? position.Value : schedule.After(now); next.Count < Upcoming && at < Schedule.Never; at = schedule.After(at)) { next.Add(at); }
        }
        catch (FormatException) { view = view with { Active = false }; }
        return view with
        {
            Cron = trigger.Cron, TimeZone = trigger.TimeZone, CatchUp = trigger.CatchUp, Overlap = trigger.Overlap, Next = next,
            Last = last is null ? null : new LastTime(last.FireAt, last.Status, last.Reason, last.RunId),
        };
    }

    private static async Task<bool> IsOnAsync(IFeatureManager features, Trigger trigger, string org)
    {
        var flag = trigger switch { ScheduleTrigger => FlagNames.ScheduleTriggers, WebhookTrigger => FlagNames.WebhookTriggers, EventTrigger => FlagNames.EventTriggers, _ => null };
        return flag is null || await features.IsEnabledAsync(flag, new OrgContext(org));
    }

    private static AuditEntry Audit(Caller caller, string org, InternalEvent happened, IReadOnlyList<EventRun> runs) => new()
    {
        Org = org, Actor = caller.Subject, TokenId = caller.TokenId, Action = "event.published", Resource = $"events/{happened.Type}", Ip = caller.IpAddress,
        DetailJson = JsonSerializer.Serialize(new { id = happened.Id, runs = runs.Count(run => run.Id is not null), refused = runs.Count(run => run.Id is null) }),
    };

    /// <summary>A trigger as clients see it; which fields it has depends on its type.</summary>
    public sealed record TriggerView
    {
        public required string Type { get; init; }
        public required string Environment { get; init; }
        public required string Version { get; init; }
        public required string Key { get; init; }

        /// <summary>Whether its kind is switched on for the organization.</summary>
        public required bool Active { get; init; }
        public string? Cron { get; init; }
        public string? TimeZone { get; init; }
        public CatchUp? CatchUp { get; init; }
        public Overlap? Overlap { get; init; }
        public IReadOnlyList<DateTimeOffset>? Next { get; init; }
        public LastTime? Last { get; init; }
        public string? Address { get; init; }
        public bool? Signed { get; init; }
        public string? Event { get; init; }
        public string? Filter { get; init; }
    }

    /// <summary>The newest time of a schedule, and what became of it.</summary>
    public sealed record LastTime(DateTimeOffset At, string Status, string? Reason, Guid? RunId);
}

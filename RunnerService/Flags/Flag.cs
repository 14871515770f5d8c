namespace Switchyard.RunnerService.Flags;

/// <summary>A switch of the hub: on or off, and for whom.</summary>
public sealed record Flag
{
    /// <summary>Off means off for everyone; on is narrowed by the rest.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Organizations for which it is on; empty = all.</summary>
    public IReadOnlyList<string> Orgs { get; init; } = [];

    /// <summary>How many of the organizations not named in <see cref="Orgs"/> have it, from 0 to 100; which ones stays the same.</summary>
    public double Percentage { get; init; } = 100;
}

/// <summary>The flags there are.</summary>
public static class FlagNames
{
    /// <summary>Runs of an organization go through the queue; off means legacy, inline execution.</summary>
    public const string QueueEngine = "QueueEngine";

    /// <summary>Steps of the kind <c>ai.agent</c> call their model; off means they are skipped.</summary>
    public const string AiAgent = "AiAgent";

    /// <summary>New runs are refused at the gateway.</summary>
    public const string Maintenance = "Maintenance";

    /// <summary>Schedules start runs.</summary>
    public const string ScheduleTriggers = "ScheduleTriggers";

    /// <summary>Inbound webhooks start runs.</summary>
    public const string WebhookTriggers = "WebhookTriggers";

    /// <summary>Internal events start runs.</summary>
    public const string EventTriggers = "EventTriggers";

    public static IReadOnlyList<string> All { get; } = [QueueEngine, AiAgent, Maintenance, ScheduleTriggers, WebhookTriggers, EventTriggers];
}

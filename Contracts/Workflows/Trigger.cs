using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>What starts a run.</summary>
public abstract record Trigger
{
    private protected Trigger(string type) => Type = type;

    /// <summary>manual, schedule, webhook or event.</summary>
    public string Type { get; }
}

/// <summary>A person or a client asks for the run.</summary>
public sealed record ManualTrigger() : Trigger("manual");

/// <summary>What a schedule does about the times it missed while the hub was down.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CatchUp>))]
public enum CatchUp
{
    None,
    Last,
    All,
}

/// <summary>What a schedule does when the run of an earlier time has not ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Overlap>))]
public enum Overlap
{
    /// <summary>Both run.</summary>
    Allow,

    /// <summary>The new time is left out.</summary>
    Skip,

    /// <summary>The new time waits for the earlier run's end.</summary>
    Queue,
}

/// <summary>Starts a run at each time that a Quartz cron expression names.</summary>
public sealed record ScheduleTrigger() : Trigger("schedule")
{
    public required string Cron { get; init; }
    public string TimeZone { get; init; } = "UTC";
    public CatchUp CatchUp { get; init; }
    public Overlap Overlap { get; init; }

    /// <summary>A template for the run's parameters; it may use <c>event.scheduledAt</c>.</summary>
    public JsonElement? Parameters { get; init; }
}

/// <summary>Starts a run for each signed request to the trigger's address.</summary>
public sealed record WebhookTrigger() : Trigger("webhook")
{
    public required string Id { get; init; }
    public SecretReference? Secret { get; init; }

    /// <summary>A condition over <c>event</c> (<c>body</c>, <c>headers</c>, <c>query</c>).</summary>
    public string? Filter { get; init; }

    /// <summary>A template for the run's parameters; none means the body, when it is an object.</summary>
    public JsonElement? Parameters { get; init; }
}

/// <summary>Starts a run for each internal event of a name.</summary>
public sealed record EventTrigger() : Trigger("event")
{
    public required string Event { get; init; }

    /// <summary>A condition over <c>event</c>, the event's own data.</summary>
    public string? Filter { get; init; }

    /// <summary>A template for the run's parameters; none means the event's data, when it is an object.</summary>
    public JsonElement? Parameters { get; init; }
}

/// <summary>Names a secret without holding it: <c>{ "source": "store" | "env", "name": …, "prefix"?: "Bearer " }</c>.</summary>
public sealed record SecretReference(string Source, string Name, string? Prefix = null)
{
    public const string Store = "store";
    public const string Env = "env";

    /// <summary>Reads a reference from a value of <c>with</c>; false when the value is something else.</summary>
    public static bool TryRead(JsonElement value, out SecretReference reference)
    {
        reference = null!;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("source", out var source) || source.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return false;
        }
        var hasPrefix = value.TryGetProperty("prefix", out var prefix);
        if ((!source.ValueEquals(Store) && !source.ValueEquals(Env))
            || (hasPrefix && prefix.ValueKind != JsonValueKind.String)
            || value.GetPropertyCount() != (hasPrefix ? 3 : 2))
        {
            return false;
        }
        reference = new SecretReference(source.GetString()!, name.GetString()!, hasPrefix ? prefix.GetString() : null);
        return true;
    }
}

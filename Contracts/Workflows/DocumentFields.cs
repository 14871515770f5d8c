namespace Switchyard.Contracts.Workflows;

/// <summary>The names of the fields of the document model, in the order in which canonical JSON writes them.</summary>
internal static class DocumentFields
{
    public static readonly string[] Document =
    [
        "slug", "version", "name", "description", "owner", "risk", "labels", "parameters", "triggers",
        "timeoutSeconds", "concurrency", "steps", "onFailure", "outputs",
    ];

    public static readonly string[] Step =
    [
        "id", "action", "dependsOn", "forEach", "maxParallel", "when", "with", "retry", "timeoutSeconds", "continueOnError",
    ];

    public static readonly string[] Retry = ["maxAttempts", "backoff", "initialMs", "maxMs"];
    public static readonly string[] Concurrency = ["key", "limit", "onConflict"];
    public static readonly string[] ManualTrigger = ["type"];
    public static readonly string[] ScheduleTrigger = ["type", "cron", "timeZone", "catchUp", "overlap", "parameters"];
    public static readonly string[] WebhookTrigger = ["type", "id", "secret", "filter", "parameters"];
    public static readonly string[] EventTrigger = ["type", "event", "filter", "parameters"];
    public static readonly string[] SecretReference = ["source", "name", "prefix"];

    /// <summary>All fields of all triggers in one order.</summary>
    public static readonly string[] Trigger = ["type", "id", "cron", "timeZone", "catchUp", "overlap", "event", "secret", "filter", "parameters"];
}

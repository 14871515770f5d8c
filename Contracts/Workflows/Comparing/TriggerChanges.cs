using System.Text.Json;

namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>Whether everything that started runs before still does.</summary>
internal static class TriggerChanges
{
    public static void Find(WorkflowDocument before, WorkflowDocument after, List<CompatibilityChange> changes)
    {
        var old = Identified(before);
        var next = Identified(after);
        foreach (var (identity, (trigger, pointer)) in old)
        {
            if (!next.TryGetValue(identity, out var now))
            {
                changes.Breaking(CompatibilityCodes.TriggerRemoved, pointer, $"The trigger '{identity}' is gone; what starts runs through it will not any more.");
            }
            else if (trigger is WebhookTrigger was && now.Trigger is WebhookTrigger hook && was.Secret != hook.Secret)
            {
                CompareSecrets(was, hook, now.Pointer, changes);
            }
            else if (!IsSame(trigger, now.Trigger))
            {
                changes.Neutral(CompatibilityCodes.TriggerChanged, now.Pointer, $"The trigger '{identity}' works differently.");
            }
        }
        foreach (var (identity, (_, pointer)) in next.Where(pair => !old.ContainsKey(pair.Key)))
        {
            changes.Additive(CompatibilityCodes.TriggerAdded, pointer, $"There is a new trigger '{identity}'.");
        }
    }

    private static void CompareSecrets(WebhookTrigger was, WebhookTrigger now, string pointer, List<CompatibilityChange> changes)
    {
        if (now.Secret is null)
        {
            changes.Additive(CompatibilityCodes.WebhookSecretChanged, pointer, $"Requests to '{now.Id}' need no signature any more.");
            return;
        }
        changes.Breaking(CompatibilityCodes.WebhookSecretChanged, pointer + "/secret", was.Secret is null
            ? $"Requests to '{now.Id}' must be signed now."
            : $"Requests to '{now.Id}' must be signed with another secret now.");
    }

    // Schedules have no name: the first stays the first. A workflow without triggers is started by hand.
    private static Dictionary<string, (Trigger Trigger, string Pointer)> Identified(WorkflowDocument document)
    {
        var all = new Dictionary<string, (Trigger, string)>(StringComparer.Ordinal);
        if (document.Triggers.Count == 0)
        {
            all["manual"] = (new ManualTrigger(), "/triggers");
        }
        foreach (var (i, trigger) in document.Triggers.Index())
        {
            var name = trigger switch
            {
                WebhookTrigger webhook => $"webhook {webhook.Id}",
                EventTrigger inner => $"event {inner.Event}",
                _ => trigger.Type,
            };
            var identity = name;
            for (var n = 2; all.ContainsKey(identity); n++)
            {
                identity = $"{name} #{n}";
            }
            all[identity] = (trigger, JsonPointer.Append("/triggers", i));
        }
        return all;
    }

    private static bool IsSame(Trigger a, Trigger b) => (a, b) switch
    {
        (ScheduleTrigger x, ScheduleTrigger y) => x.Cron == y.Cron && x.TimeZone == y.TimeZone && x.CatchUp == y.CatchUp && x.Overlap == y.Overlap && IsSame(x.Parameters, y.Parameters),
        (WebhookTrigger x, WebhookTrigger y) => x.Filter == y.Filter && IsSame(x.Parameters, y.Parameters),
        (EventTrigger x, EventTrigger y) => x.Filter == y.Filter && IsSame(x.Parameters, y.Parameters),
        _ => true,
    };

    private static bool IsSame(JsonElement? a, JsonElement? b) =>
        a.HasValue == b.HasValue && (a is not { } value || JsonElement.DeepEquals(value, b!.Value));
}

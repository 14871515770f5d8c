using System.Security.Cryptography;
using System.Text;
using Switchyard.Contracts.Workflows;

namespace Switchyard.RunnerService.Triggers;

/// <summary>What a trigger is known by. Schedules and events have no id in the document: what they say is their name, so that another version with the same trigger goes on with it.</summary>
public static class TriggerKey
{
    public static string Of(Trigger trigger) => trigger switch
    {
        ScheduleTrigger schedule => Hash($"{schedule.Cron}\n{schedule.TimeZone}\n{schedule.Parameters?.GetRawText()}"),
        WebhookTrigger webhook => webhook.Id,
        EventTrigger inner => Hash($"{inner.Event}\n{inner.Filter}\n{inner.Parameters?.GetRawText()}"),
        _ => trigger.Type,
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}

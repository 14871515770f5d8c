using Quartz;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Schedules that can be understood, and triggers that do not repeat each other.</summary>
internal static class TriggerRules
{
    public static void Check(WorkflowDocument document, Findings findings)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < document.Triggers.Count; i++)
        {
            var pointer = JsonPointer.Append("/triggers", i);
            var trigger = document.Triggers[i];
            if (trigger is ScheduleTrigger schedule)
            {
                CheckSchedule(schedule, pointer, findings);
            }
            var identity = trigger switch
            {
                ScheduleTrigger s => $"schedule {s.Cron} {s.TimeZone} {s.Parameters?.GetRawText()}",
                WebhookTrigger w => $"webhook {w.Id}",
                EventTrigger e => $"event {e.Event} {e.Filter} {e.Parameters?.GetRawText()}",
                _ => trigger.Type,
            };
            if (!seen.TryAdd(identity, i))
            {
                findings.Add(DiagnosticCodes.DuplicateTrigger, trigger is WebhookTrigger ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
                    pointer, $"This trigger is the same as /triggers/{seen[identity]}{(trigger is WebhookTrigger ? "; ids of webhooks are unique" : "")}.");
            }
        }
    }

    private static void CheckSchedule(ScheduleTrigger schedule, string pointer, Findings findings)
    {
        try
        {
            _ = new CronExpression(schedule.Cron);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            var fields = schedule.Cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            var hint = fields == 5 ? $" It has five fields; Quartz begins with seconds: \"0 {schedule.Cron}\", with ? for one of the two days." : "";
            findings.Error(DiagnosticCodes.InvalidCron, pointer + "/cron", $"'{TreeBuilder.Shorten(schedule.Cron)}' is no cron expression: {error.Message}{hint}");
        }
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out _))
        {
            findings.Error(DiagnosticCodes.InvalidTimeZone, pointer + "/timeZone", $"There is no time zone '{TreeBuilder.Shorten(schedule.TimeZone)}'; write an IANA name such as Europe/Berlin.");
        }
    }
}

using System.Diagnostics;
using OpenTelemetry;

namespace Switchyard.ServiceDefaults;

/// <summary>Keeps probes out of the traces: they come every second and say nothing.</summary>
internal sealed class HealthTraceFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        for (var span = data; span is not null; span = span.Parent)
        {
            if (span.Kind == ActivityKind.Server && span.GetTagItem("url.path") is string path && HealthEndpoints.IsHealth(path))
            {
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                return;
            }
        }
    }
}

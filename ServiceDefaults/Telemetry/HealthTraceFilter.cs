using System.Diagnostics;
using OpenTelemetry;

namespace Switchyard.ServiceDefaults;

/// <summary>Keeps probes out of the traces: they come every second and say nothing.</summary>
internal sealed class HealthTraceFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        // A probe of another service, such as the gateway sends to each replica, is a trace of its own on this side.
        if (data.Kind == ActivityKind.Client && data.ParentSpanId == default && data.GetTagItem("url.full") is string address
            && Uri.TryCreate(address, UriKind.Absolute, out var target) && HealthEndpoints.IsHealth(target.AbsolutePath))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

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

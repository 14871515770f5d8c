using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Switchyard.ServiceDefaults;

/// <summary>Traces, metrics and logs over OTLP, when an endpoint for them is configured.</summary>
internal static class TelemetrySetup
{
    // ASP.NET Core leaves its spans without the standard attributes unless this switch is off.
    private const string SuppressSpanData = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    public static void AddTelemetry(this IHostApplicationBuilder builder, ServiceIdentity service)
    {
        AppContext.SetSwitch(SuppressSpanData, isEnabled: false);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
            {
                // Given by the composition; the environment's own detector reads the same variables, last wins.
                if (string.IsNullOrEmpty(builder.Configuration["OTEL_SERVICE_NAME"])) resource.AddService(service.Name);
            })
            .WithTracing(tracing => tracing
                .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Switchyard.*")
                .AddProcessor(new HealthTraceFilter()))
            .WithMetrics(metrics => metrics
                .AddMeter("Microsoft.AspNetCore.*", "System.Net.Http", "System.Net.NameResolution", "System.Runtime", "Npgsql", "Switchyard.*")
                .AddView(BucketsOfSeconds));

        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        telemetry.WithLogging(configureBuilder: null, configureOptions: logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry.UseOtlpExporter();
    }

    // The SDK's own bounds begin at 0, 5, 10 and suit milliseconds: a step of 4 ms would be read as 2.5 s.
    private static ExplicitBucketHistogramConfiguration? BucketsOfSeconds(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s", Advice: null } && instrument.Meter.Name.StartsWith("Switchyard.", StringComparison.Ordinal)
            ? new() { Boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] }
            : null;
}

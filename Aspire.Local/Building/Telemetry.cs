using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;


/// <summary>Lets resources send telemetry to the dashboard.</summary>
public static class OtlpConfigurationExtensions
{
    /// <summary>Tells the resource where the dashboard takes telemetry; projects have this already.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEnvironment
    {
        if (builder.Resource.Annotations.Of<OtlpExport>().Length > 0)
        {
            return builder;
        }

        var development = builder.ApplicationBuilder.Environment.IsDevelopment();
        return builder.WithAnnotation(new OtlpExport()).WithEnvironment(context =>
        {
            if (context is not ReplicaEnvironment { Telemetry: { } telemetry } replica)
            {
                return;
            }

            var variables = context.EnvironmentVariables;
            variables.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry.Endpoint);
            variables.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            variables.TryAdd("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={telemetry.ApiKey}");
            variables.TryAdd("OTEL_SERVICE_NAME", context.Resource.Name);
            variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={replica.Id}");
            if (development)
            {
                // So that what happened is on the dashboard within a second.
                variables.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
                variables.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
                variables.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "1000");
                variables.TryAdd("OTEL_TRACES_SAMPLER", "always_on");
                variables.TryAdd("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
            }
        });
    }

    private sealed class OtlpExport : IResourceAnnotation;
}

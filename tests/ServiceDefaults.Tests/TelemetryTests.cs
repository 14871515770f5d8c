using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Switchyard.Tests.Support;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class TelemetryTests : IAsyncLifetime
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private HttpReceiver _collector = null!;
    private TestService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _collector = await HttpReceiver.StartAsync();
        _service = await TestService.StartAsync(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task P5_traces_metrics_and_logs_reach_the_collector_under_the_services_name()
    {
        await _service.SendAsync(HttpMethod.Get, "/numbers/7");
        await _service.SendAsync(HttpMethod.Get, "/fails");

        await Eventually.TrueAsync(() => Sent("/v1/traces").Contains("/numbers/{n:int}", StringComparison.Ordinal), "the span arrives");
        await Eventually.TrueAsync(() => Sent("/v1/metrics").Contains("http.server.request.duration", StringComparison.Ordinal), "the request metric arrives");
        await Eventually.TrueAsync(() => Sent("/v1/metrics").Contains("dotnet.gc.collections", StringComparison.Ordinal), "the runtime's metrics arrive");
        await Eventually.TrueAsync(() => Sent("/v1/logs").Contains("GET /fails failed.", StringComparison.Ordinal), "the log entry arrives");
        Assert.Contains("http.response.status_code", Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains(TestService.Name, Sent("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_leave_no_trace()
    {
        await _service.Client.GetAsync("/healthz");
        await _service.Client.GetAsync("/readyz");
        await _service.SendAsync(HttpMethod.Get, "/numbers/8");

        Flush();
        // Neither on the side that is asked nor, as the test's own client shows, on the side that asks.
        Assert.Contains("/numbers/8", Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/healthz", Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/readyz", Sent("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task P5_the_callers_trace_goes_on_and_its_context_is_returned()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open");
        request.Headers.Add("traceparent", Parent);

        var answer = await _service.Client.SendAsync(request);

        var returned = answer.Headers.GetValues("traceparent").Single();
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", returned, StringComparison.Ordinal);
        Assert.NotEqual(Parent, returned);
    }

    // Bodies are protobuf: names are readable in them as UTF-8.
    private string Sent(string path) => string.Concat(_collector.RequestsTo(path).Select(request => request.Body));

    private void Flush()
    {
        _service.App.Services.GetRequiredService<TracerProvider>().ForceFlush(5000);
        _service.App.Services.GetRequiredService<MeterProvider>().ForceFlush(5000);
        _service.App.Services.GetRequiredService<LoggerProvider>().ForceFlush(5000);
    }
}

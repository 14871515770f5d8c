using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aspire.Dashboard;
using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.StructuredLogs;
using SpanKind = Aspire.Dashboard.Traces.SpanKind;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Switchyard.Dashboard.Tests.Otlp;

/// <summary>What the OpenTelemetry SDK sends is what the stores hold.</summary>
public sealed class ExporterTests
{
    private static readonly ResourceBuilder Service = ResourceBuilder.CreateEmpty().AddService("orders", serviceInstanceId: "orders-7");

    [Fact]
    public async Task P5_a_span_of_the_sdk_arrives_with_everything_it_says()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var source = new ActivitySource("tests.spans");
        using (var provider = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Service).AddSource(source.Name).AddOtlpExporter(o => Send(o, dashboard.App.Options, "traces")).Build())
        {
            using var root = source.StartActivity("POST /orders", ActivityKind.Server)!;
            var elsewhere = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
            using (var child = source.StartActivity("charge", ActivityKind.Client, root.Context, [new("amount", 12.5), new("items", 3), new("codes", new[] { "a", "b" })], [new(elsewhere)])!)
            {
                child.AddEvent(new("declined", tags: new() { ["reason"] = "limit" }));
                child.SetStatus(ActivityStatusCode.Error, "Card declined");
            }

            root.Stop();
            Assert.True(provider.ForceFlush());
        }

        var trace = Assert.Single(dashboard.App.Telemetry.Traces.Newest());
        Assert.Equal(("POST /orders", "orders", 2, 1), (trace.Summary.Name, trace.Summary.Source.Name, trace.Summary.Spans, trace.Summary.Errors));
        var span = trace.Spans.Single(s => s.Name == "charge");
        Assert.Equal((SpanKind.Client, true, "Card declined", "tests.spans"), (span.Kind, span.IsError, span.StatusMessage, span.Scope));
        Assert.Equal(("12.5", "3", "[a, b]"), (span.Attribute("amount"), span.Attribute("items"), span.Attribute("codes")));
        Assert.Equal("orders-7", span.Source.Instance);
        Assert.Equal(trace.Spans.Single(s => s.Name == "POST /orders").SpanId, span.ParentId);
        Assert.Equal(("declined", "limit"), (span.Events[0].Name, span.Events[0].Attributes[0].Value));
        Assert.Same(span, Assert.Single(dashboard.App.Telemetry.Traces.LinksTo(span.Links[0].TraceId)));
        Assert.True(span.End >= span.Start && span.Start > 0);
    }

    [Fact]
    public async Task P5_a_log_line_of_the_sdk_arrives_with_its_fields_and_its_span()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var source = new ActivitySource("tests.logs");
        using var listener = new ActivityListener { ShouldListenTo = s => s == source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var activity = source.StartActivity("work")!;
        using (var logs = LoggerFactory.Create(b => b.AddOpenTelemetry(o =>
        {
            o.SetResourceBuilder(Service);
            o.IncludeFormattedMessage = true;
            o.AddOtlpExporter(e => Send(e, dashboard.App.Options, "logs"));
        })))
        {
            logs.CreateLogger("Shop.Orders").LogWarning(new InvalidOperationException("no stock"), "Order {OrderId} failed", 42);
        }

        var entry = Assert.Single(dashboard.App.Telemetry.Logs.Newest(10, _ => true));
        Assert.Equal((LogSeverity.Warning, "Order 42 failed", "Shop.Orders", "42"), (entry.Severity, entry.Message, entry.Category, entry.Attribute("OrderId")));
        Assert.Equal(activity.TraceId.ToHexString(), entry.TraceId.ToString("x32"));
        Assert.Equal(activity.SpanId.ToHexString(), entry.SpanId.ToString("x16"));
        Assert.Contains(entry.Attributes, a => a.Key == "exception.message" && a.Value == "no stock");
    }

    [Fact]
    public async Task P5_counters_gauges_and_histograms_of_the_sdk_become_series()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var meter = new Meter("tests.metrics");
        using (var provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Service).AddMeter(meter.Name).AddOtlpExporter(o => Send(o, dashboard.App.Options, "metrics")).Build())
        {
            var orders = meter.CreateCounter<long>("orders", "{order}", "Orders taken");
            var seconds = meter.CreateHistogram<double>("wait", "s");
            meter.CreateObservableGauge("queue.length", () => 17);
            orders.Add(5, new KeyValuePair<string, object?>("country", "de"));
            orders.Add(2, new KeyValuePair<string, object?>("country", "fr"));
            seconds.Record(0.3);
            Assert.True(provider.ForceFlush());
            orders.Add(1, new KeyValuePair<string, object?>("country", "de"));
            Assert.True(provider.ForceFlush());
        }

        var metrics = dashboard.App.Telemetry.Metrics;
        Assert.Equal(
            [("orders", InstrumentKind.Counter), ("queue.length", InstrumentKind.Gauge), ("wait", InstrumentKind.Histogram)],
            metrics.Instruments.Select(i => (i.Name, i.Kind)).Order());
        var german = metrics.Series("orders", meter.Name, "orders").Single(s => s.Dimensions[0].Value == "de");
        Assert.Equal([0, 5, 6], german.Points.Select(p => p.Value.Number));
        var wait = Assert.Single(metrics.Series("orders", meter.Name, "wait"));
        Assert.Equal((1UL, wait.Bounds.Length + 1), (wait.Points[^1].Value.Count, wait.Points[^1].Value.Buckets!.Length));
        Assert.Equal(17, metrics.Series("orders", meter.Name, "queue.length")[0].Points[^1].Value.Number);
    }

    private static void Send(OtlpExporterOptions exporter, DashboardOptions dashboard, string signal)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new(dashboard.Url, "/v1/" + signal);
        exporter.Headers = dashboard.ExporterEnvironment["OTEL_EXPORTER_OTLP_HEADERS"];
    }
}

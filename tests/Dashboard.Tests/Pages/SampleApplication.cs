using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aspire.Dashboard.Resources;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Switchyard.Dashboard.Tests.Otlp;

namespace Switchyard.Dashboard.Tests.Pages;

/// <summary>A small shop: its resources as a host would publish them, and its telemetry as the SDK sends it.</summary>
internal sealed class SampleApplication(TestDashboard dashboard) : IDisposable
{
    private static readonly string[] Services = ["gateway", "orders", "billing"];
    private readonly Dictionary<string, Service> services = Services.ToDictionary(name => name, name => new Service(name, dashboard));

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The trace of the order, and the trace of the payment that a queue carried on.</summary>
    public (ActivityContext Order, ActivityContext Payment) Traces { get; private set; }

    public void PublishResources()
    {
        var board = dashboard.App.Resources;
        var started = Now.AddMinutes(-42);
        ResourceCommand[] running = [new("stop", "Stop", IsHighlighted: true), new("restart", "Restart", IsHighlighted: true), new("seed", "Fill with examples", "Writes twenty orders"), new("break", "Break it", Confirmation: "Really?")];
        board.Publish(new() { Name = "database", Type = "Executable", State = "Running", StartedAt = started, Health = [new("database", "Healthy", null)], Urls = [new("postgres", "postgres://localhost:5432")], Commands = running[..2] });
        board.Publish(new() { Name = "password", Type = "Parameter", State = "Running", Properties = [new("Value", "s3cret-parameter", true)] });
        board.Publish(new()
        {
            Name = "gateway",
            Type = "Project",
            State = "Running",
            StartedAt = started,
            Urls = [new("http", "http://localhost:8080"), new("private", "http://localhost:41234", IsInternal: true)],
            Health = [new("gateway_/readyz", "Healthy", null), new("gateway_/healthz", "Healthy", "3 checks")],
            Environment = [new("ASPNETCORE_ENVIRONMENT", "Development"), new("OTEL_SERVICE_NAME", "gateway"), new("ConnectionStrings__shop", "Host=localhost;Password=hunter2"), new("Identity__Key", "c2VjcmV0LWtleQ=="), new("MODEL_SECRET_FLAGGED", "flagged-value", true)],
            Properties = [new("Project", "/src/Gateway/Gateway.csproj"), new("Process id", "4711")],
            References = [new("orders", "Reference"), new("orders", "WaitFor"), new("billing", "Reference")],
            Commands = running,
        });
        board.Publish(new() { Name = "orders", Type = "Project", State = "Running", StartedAt = started, References = [new("database", "Reference"), new("password", "Reference")], Health = [new("orders_/readyz", "Unhealthy", "Connection to the database refused")], Commands = running });
        foreach (var replica in new[] { "orders-1", "orders-2" })
        {
            board.Publish(new() { Name = replica, Type = "Project", Parent = "orders", State = "Running", StartedAt = started, Urls = [new("http", $"http://localhost:4300{replica[^1]}")], Commands = running[..2] });
        }

        board.Publish(new() { Name = "billing", Type = "Project", State = "Exited", ExitCode = 134, StoppedAt = Now.AddMinutes(-3), References = [new("database", "Reference")], Commands = [new("start", "Start", IsHighlighted: true)] });
    }

    public void WriteConsole()
    {
        var console = dashboard.App.Console;
        console.Append("gateway", Now, "\u001b[40m\u001b[32minfo\u001b[39m\u001b[22m\u001b[49m: Microsoft.Hosting.Lifetime[14]");
        console.Append("gateway", Now, "      Now listening on: http://localhost:8080");
        console.Append("orders-1", Now, "\u001b[1m\u001b[31mfail\u001b[0m: Shop.Orders[0] <script>alert('x')</script>");
        console.Append("billing", Now, "Unhandled exception. System.InvalidOperationException: No gateway", isError: true);
        for (var i = 0; i < 40; i++) console.Append(i % 2 == 0 ? "gateway" : "orders-2", Now, $"\u001b[33mrequest\u001b[0m GET /orders/{i} answered \u001b[36m200\u001b[0m in {i * 3 % 17} ms");
    }

    /// <summary>Five minutes of reports, every five seconds, as if the shop had been running that long.</summary>
    public async Task SendHistoryAsync()
    {
        var now = (ulong)((Now - DateTimeOffset.UnixEpoch).Ticks * 100);
        var counts = new ulong[4];
        ulong taken = 0;
        for (var i = 60; i >= 0; i--)
        {
            var at = now - ((ulong)i * 5_000_000_000);
            taken += (ulong)(20 + (15 * Math.Sin(i / 6.0)));
            counts[0] += 30;
            counts[1] += (ulong)(12 + (10 * Math.Sin(i / 9.0)));
            counts[2] += (ulong)(2 + (2 * Math.Cos(i / 5.0)));
            var counter = OtlpBytes.Field(7, OtlpBytes.Field(1, OtlpBytes.Fixed64(3, at), OtlpBytes.Fixed64(6, taken), OtlpBytes.Attribute(7, "channel", "web")), OtlpBytes.Field(1, OtlpBytes.Fixed64(3, at), OtlpBytes.Fixed64(6, taken / 3), OtlpBytes.Attribute(7, "channel", "phone")), OtlpBytes.Number(2, 2), OtlpBytes.Number(3, 1));
            var gauge = OtlpBytes.Field(5, OtlpBytes.Field(1, OtlpBytes.Fixed64(3, at), OtlpBytes.Double(4, 60 + (25 * Math.Cos(i / 8.0))), OtlpBytes.Attribute(7, "pool", "default")), OtlpBytes.Field(1, OtlpBytes.Fixed64(3, at), OtlpBytes.Double(4, 20 + (i % 7)), OtlpBytes.Attribute(7, "pool", "reports")));
            var histogram = OtlpBytes.Field(9, OtlpBytes.Field(1, [OtlpBytes.Fixed64(3, at), OtlpBytes.Fixed64(4, counts.Aggregate(0UL, (a, b) => a + b)), OtlpBytes.Double(5, 1), .. counts.Select(c => OtlpBytes.Fixed64(6, c)), .. new[] { 0.05, 0.25, 1.0 }.Select(b => OtlpBytes.Double(7, b))]), OtlpBytes.Number(2, 2));
            foreach (var (name, data) in new[] { ("shop.checkout.count", counter), ("shop.connections", gauge), ("shop.checkout.duration", histogram) })
            {
                (await dashboard.Process.PostAsync("/v1/metrics", OtlpBytes.Body(OtlpBytes.Metrics("gateway", name, data)))).EnsureSuccessStatusCode();
            }
        }
    }

    public void SendTelemetry()
    {
        var start = Now.AddSeconds(-30);
        var (gateway, orders, billing) = (services["gateway"], services["orders"], services["billing"]);

        var root = gateway.Span("POST /orders", ActivityKind.Server, default, start, 420, ("http.request.method", "POST"), ("http.route", "/orders"), ("http.response.status_code", 201));
        var call = gateway.Span("POST", ActivityKind.Client, root, start.AddMilliseconds(12), 380, ("server.address", "orders"));
        var take = orders.Span("POST /orders", ActivityKind.Server, call, start.AddMilliseconds(20), 360);
        orders.Span("SELECT stock", ActivityKind.Client, take, start.AddMilliseconds(30), 60, ("db.system.name", "postgresql"), ("db.query.text", "SELECT quantity FROM stock WHERE item = @item"));
        orders.Span("reserve", ActivityKind.Internal, take, start.AddMilliseconds(95), 210);
        var publish = orders.Span("orders publish", ActivityKind.Producer, take, start.AddMilliseconds(310), 40);
        var payment = billing.Linked("orders process", ActivityKind.Consumer, default, start.AddMilliseconds(600), 900, [new(publish)]);
        billing.Span("charge card", ActivityKind.Client, payment, start.AddMilliseconds(650), 800, ("card.brand", "visa"), ("attempt", 2));
        Traces = (root, payment);

        for (var i = 1; i <= 25; i++)
        {
            var at = start.AddSeconds(-i);
            var read = gateway.Span($"GET /orders/{{id}}", ActivityKind.Server, default, at, 8 + (i * 7 % 23), ("order.id", i));
            orders.Span("GET /orders/{id}", ActivityKind.Server, read, at.AddMilliseconds(2), 4);
        }

        orders.Log.LogInformation("Order {OrderId} taken for {Customer}", 42, "Ada");
        using (orders.Enter(take)) orders.Log.LogWarning("Only {Left} of {Item} left", 3, "bolt M6");
        using (billing.Enter(payment)) billing.Log.LogError(new TimeoutException("The bank did not answer"), "Charge of order {OrderId} failed", 42);
        for (var i = 0; i < 30; i++) gateway.Log.LogInformation("Request {Number} finished in {Elapsed} ms", i, i * 3);

        orders.Taken.Add(3, new KeyValuePair<string, object?>("country", "de"));
        orders.Taken.Add(1, new KeyValuePair<string, object?>("country", "fr"));
        Flush();
        for (var i = 0; i < 200; i++) orders.Wait.Record(i * i % 97 / 10.0, new KeyValuePair<string, object?>("priority", i % 3 == 0 ? "high" : "normal"));
        orders.Taken.Add(20, new KeyValuePair<string, object?>("country", "de"));
        orders.Taken.Add(8, new KeyValuePair<string, object?>("country", "fr"));
        Flush();
    }

    public void Flush()
    {
        foreach (var service in services.Values) service.Flush();
    }

    public void TakeOrder() => services["orders"].Taken.Add(100, new KeyValuePair<string, object?>("country", "de"));

    public void Dispose()
    {
        foreach (var service in services.Values) service.Dispose();
    }

    private sealed class Service : IDisposable
    {
        private readonly ActivitySource source;
        private readonly Meter meter;
        private readonly TracerProvider traces;
        private readonly MeterProvider metrics;
        private readonly ILoggerFactory logs;

        public Service(string name, TestDashboard dashboard)
        {
            var resource = ResourceBuilder.CreateEmpty().AddService(name, serviceVersion: "1.0.0", serviceInstanceId: name + "-1");
            source = new(name);
            meter = new("Shop." + name);
            traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(name).SetSampler(new AlwaysOnSampler()).AddOtlpExporter(o => Send(o, "traces")).Build();
            metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(meter.Name).AddOtlpExporter(o => Send(o, "metrics")).Build();
            logs = LoggerFactory.Create(b => b.AddOpenTelemetry(o =>
            {
                o.SetResourceBuilder(resource);
                o.IncludeFormattedMessage = true;
                o.AddOtlpExporter((exporter, processor) =>
                {
                    Send(exporter, "logs");
                    processor.ExportProcessorType = ExportProcessorType.Simple;
                });
            }));
            Log = logs.CreateLogger("Shop." + name);
            Taken = meter.CreateCounter<long>("shop.orders.taken", "{order}", "Orders taken");
            Wait = meter.CreateHistogram<double>("shop.wait", "s", "How long an order waits");
            meter.CreateObservableGauge("shop.stock", () => new[] { new Measurement<int>(17, new KeyValuePair<string, object?>("item", "bolt")), new Measurement<int>(40, new KeyValuePair<string, object?>("item", "nut")) }, "{piece}", "Pieces in stock");

            void Send(OtlpExporterOptions exporter, string signal)
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new(dashboard.App.Options.Url, "/v1/" + signal);
                exporter.Headers = dashboard.App.Options.ExporterEnvironment["OTEL_EXPORTER_OTLP_HEADERS"];
            }
        }

        public ILogger Log { get; }

        public Counter<long> Taken { get; }

        public Histogram<double> Wait { get; }

        public ActivityContext Span(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset start, double milliseconds, params (string Key, object Value)[] tags) =>
            Linked(name, kind, parent, start, milliseconds, [], tags);

        public ActivityContext Linked(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset start, double milliseconds, ActivityLink[] links, params (string Key, object Value)[] tags)
        {
            Activity.Current = null;
            using var activity = source.StartActivity(name, kind, parent, tags.Select(t => KeyValuePair.Create(t.Key, (object?)t.Value)), links, start)!;
            if (name == "charge card")
            {
                activity.AddEvent(new("retry", start.AddMilliseconds(300), new() { ["reason"] = "timeout" }));
                activity.SetStatus(ActivityStatusCode.Error, "The bank did not answer");
            }

            activity.SetEndTime(start.AddMilliseconds(milliseconds).UtcDateTime);
            return activity.Context;
        }

        /// <summary>Makes a span current, so that log lines carry it.</summary>
        public IDisposable Enter(ActivityContext span)
        {
            var activity = new Activity("current").SetParentId(span.TraceId, span.SpanId, span.TraceFlags);
            return activity.Start();
        }

        public void Flush()
        {
            Assert.True(traces.ForceFlush());
            Assert.True(metrics.ForceFlush());
        }

        public void Dispose()
        {
            source.Dispose();
            logs.Dispose();
            traces.Dispose();
            metrics.Dispose();
            meter.Dispose();
        }
    }
}

using System.Diagnostics;
using System.Net;
using Aspire.Dashboard;
using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Dashboard.Tests.Otlp;

// What the dashboard takes and how fast its pages are when its memory is full. Sender and receiver share one core (the process is
// pinned to it), so the figure is a lower bound; the peer is the same server reading the same bodies and throwing them away.
// Run: dotnet run -c Release --project bench/Dashboard.Bench

if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) Process.GetCurrentProcess().ProcessorAffinity = 1;

const int SpansPerRequest = 512;
const int Requests = 400;

await using var dashboard = await DashboardApp.StartAsync(
    DashboardOptions.Reserve(new ConfigurationBuilder().Build(), usualPort: 0), new ResourceBoard((_, _, _) => Task.FromResult(new CommandOutcome(true))), TimeProvider.System, NullLoggerFactory.Instance, default);
await using var peer = await StartPeerAsync();
using var process = new HttpClient { BaseAddress = dashboard.Options.Url };
process.DefaultRequestHeaders.Add("x-otlp-api-key", dashboard.Options.OtlpApiKey);
using var toPeer = new HttpClient { BaseAddress = new(peer.Urls.First()) };

var bodies = Enumerable.Range(0, Requests).Select(i => Batch(i)).ToArray();
foreach (var body in bodies.Take(50))
{
    await SendAsync(process, body);
    await SendAsync(toPeer, body);
}

var thrownAway = await RateAsync(toPeer);
var kept = await RateAsync(process);
Console.WriteLine($"spans kept per second, sender and receiver on one core: {kept:#,0}; read and thrown away: {thrownAway:#,0}; ratio {kept / thrownAway:0.00}");
Console.WriteLine($"wanted: 20,000: {(kept >= 20_000 ? "met" : "NOT MET")}");
Console.WriteLine($"in memory: {dashboard.Telemetry.Traces.Count.Traces:#,0} traces, {dashboard.Telemetry.Traces.Count.Spans:#,0} spans; dropped: {dashboard.Telemetry.Traces.Dropped.Traces:#,0} traces");

for (var i = 0; i < 25; i++) await SendAsync(process, Logs(i), "/v1/logs");
for (var i = 0; i < 250; i++) await SendAsync(process, Points(i), "/v1/metrics");
Console.WriteLine($"and {dashboard.Telemetry.Logs.Count:#,0} log records, {dashboard.Telemetry.Metrics.Points:#,0} metric points; managed memory {GC.GetTotalMemory(true) / 1048576:#,0} MiB");

using var person = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = dashboard.Options.Url };
await person.GetAsync(dashboard.Options.LoginLink);
var newest = dashboard.Telemetry.Traces.Newest()[0].Id;
foreach (var path in new[]
{
    "/resources", "/traces", "/traces?q=nothing-has-this-name", "/traces?q=http.route=nothing", "/traces?sort=longest", $"/traces/{newest:x32}",
    "/structuredlogs", "/structuredlogs?q=nothing-has-this", "/structuredlogs?f=OrderId%3D77", "/metrics", "/metrics?resource=orders&meter=tests&instrument=bench.7&window=12h",
})
{
    var times = new List<double>();
    for (var i = 0; i < 20; i++)
    {
        var started = Stopwatch.GetTimestamp();
        await person.GetStringAsync(path);
        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    times.Sort();
    Console.WriteLine($"{path,-70} median {times[10],7:0.0} ms, slowest {times[^1],7:0.0} ms{(times[10] > 200 ? "  NOT UNDER 200" : "")}");
}

async Task<double> RateAsync(HttpClient to)
{
    var best = 0.0;
    for (var round = 0; round < 3; round++)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var body in bodies) await SendAsync(to, body);
        best = Math.Max(best, Requests * SpansPerRequest / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    return best;
}

static async Task SendAsync(HttpClient to, byte[] body, string path = "/v1/traces")
{
    using var answer = await to.PostAsync(path, OtlpBytes.Body(body));
    answer.EnsureSuccessStatusCode();
}

// Eight spans a trace, eight attributes a span: about what a web service sends.
static byte[] Batch(int number) => OtlpBytes.Traces("orders", [.. Enumerable.Range(0, SpansPerRequest).Select(i =>
{
    var trace = (UInt128)((number * SpansPerRequest / 8) + (i / 8) + 1);
    var start = (ulong)(1_700_000_000_000_000_000L + (number * 1_000_000_000L) + (i * 1000));
    return OtlpBytes.Span(trace, (ulong)((number * SpansPerRequest) + i + 1), i % 8 == 0 ? 0 : (ulong)((number * SpansPerRequest) + i), $"GET /orders/{i % 8}", start, start + 1_500_000, Attributes(i));
})]);

static byte[][] Attributes(int i) =>
[
    OtlpBytes.Attribute(9, "http.request.method", "GET"), OtlpBytes.Attribute(9, "http.route", "/orders/{id}"), OtlpBytes.Attribute(9, "url.path", $"/orders/{i}"),
    OtlpBytes.Attribute(9, "url.scheme", "http"), OtlpBytes.Attribute(9, "server.address", "localhost"), OtlpBytes.Attribute(9, "user_agent.original", "bench/1.0"),
    OtlpBytes.Field(9, OtlpBytes.Text(1, "http.response.status_code"), OtlpBytes.Field(2, OtlpBytes.Number(3, 200))), OtlpBytes.Field(9, OtlpBytes.Text(1, "server.port"), OtlpBytes.Field(2, OtlpBytes.Number(3, 8080))),
];

static byte[] Logs(int number) => OtlpBytes.Field(1, OtlpBytes.Resource("orders"), OtlpBytes.Field(2, [OtlpBytes.Field(1, OtlpBytes.Text(1, "Shop.Orders")), .. Enumerable.Range(0, 500).Select(i =>
    OtlpBytes.Field(2, OtlpBytes.Fixed64(1, (ulong)(1_700_000_000_000_000_000L + i)), OtlpBytes.Number(2, 9), OtlpBytes.Field(5, OtlpBytes.Text(1, $"Order {number * 500 + i} taken")), OtlpBytes.Attribute(6, "OrderId", $"{number * 500 + i}")))]));

static byte[] Points(int second) => OtlpBytes.Field(1, OtlpBytes.Resource("orders"), OtlpBytes.Field(2, [OtlpBytes.Field(1, OtlpBytes.Text(1, "tests")), .. Enumerable.Range(0, 250).Select(i =>
    OtlpBytes.Field(2, OtlpBytes.Text(1, $"bench.{i}"), OtlpBytes.Field(7, OtlpBytes.Field(1, OtlpBytes.Fixed64(3, (ulong)(1_700_000_000_000_000_000L + (second * 1_000_000_000L))), OtlpBytes.Fixed64(6, (ulong)second)), OtlpBytes.Number(2, 2), OtlpBytes.Number(3, 1))))]));

static async Task<WebApplication> StartPeerAsync()
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    var peer = builder.Build();
    peer.Urls.Add("http://127.0.0.1:0");
    peer.MapPost("/v1/traces", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null));
    await peer.StartAsync();
    return peer;
}

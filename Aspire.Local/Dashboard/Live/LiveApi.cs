using System.Globalization;
using Aspire.Dashboard.ConsoleLogs;
using Aspire.Dashboard.Resources;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Live;

/// <summary>Tells an open page, as server-sent events, that what it shows has changed; the page then asks for itself again.</summary>
internal static class LiveApi
{
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/live/{topic}", StreamAsync);

    private static async Task StreamAsync(string topic, HttpContext context, TimeProvider time, ResourceBoard resources, ConsoleLogStore console, TelemetryStore telemetry, StopSignal stopping)
    {
        ChangeSignal? signal = topic switch
        {
            "resources" => resources.Changed,
            "console" => console.Changed,
            "logs" => telemetry.Logs.Changed,
            "traces" => telemetry.Traces.Changed,
            "metrics" => telemetry.Metrics.Changed,
            _ => null,
        };
        if (signal is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping.Token);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await SendAsync(context, "event: open\ndata: \n\n", both.Token);
            for (var seen = signal.Version; ;)
            {
                var changed = await NextAsync(signal, seen, time, both.Token);
                await SendAsync(context, changed == seen ? ": alive\n\n" : $"event: changed\ndata: {changed.ToString(CultureInfo.InvariantCulture)}\n\n", both.Token);
                if (changed != seen) await Task.Delay(AtMostEvery, time, both.Token);
                seen = changed;
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left, or the dashboard stops.
        }
    }

    private static async Task<long> NextAsync(ChangeSignal signal, long seen, TimeProvider time, CancellationToken stop)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = time.CreateTimer(_ => wait.Cancel(), null, KeepAlive, Timeout.InfiniteTimeSpan);
        try
        {
            return await signal.WaitAsync(seen, wait.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return seen;
        }
    }

    internal static async Task SendAsync(HttpContext context, string text, CancellationToken stop)
    {
        await context.Response.WriteAsync(text, stop);
        await context.Response.Body.FlushAsync(stop);
    }
}

/// <summary>Cancelled when the dashboard stops: open streams must not hold up its end.</summary>
internal sealed record StopSignal(CancellationToken Token);

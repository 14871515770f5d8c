using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Aspire.Dashboard.Layout;
using Aspire.Dashboard.Live;
using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>The page of console lines, the stream that keeps it going, and the download.</summary>
internal static class ConsoleLogsApi
{
    /// <summary>How many lines a page begins with, and keeps.</summary>
    public const int PageLines = 2000;

    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(200);

    public static void MapConsoleLogs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/consolelogs", (string? resource, string? q, bool? hideTimes) =>
            new RazorComponentResult<ConsoleLogsPage>(new { Resource = resource, Filter = q, HideTimes = hideTimes == true }));
        routes.MapGet("/consolelogs/stream", StreamAsync);
        routes.MapGet("/consolelogs/download", Download);
        routes.MapPost("/consolelogs/clear", (ConsoleLogStore console) =>
        {
            console.Clear();
            return Results.Redirect("/consolelogs");
        });
    }

    /// <summary>The lines of a resource and of its replicas, or of all, that contain the text.</summary>
    public static Func<ConsoleLine, bool> Matching(ResourceBoard board, string? resource, string? text)
    {
        var names = string.IsNullOrEmpty(resource)
            ? null
            : board.All.Where(r => r.Parent == resource && r.Type == board.Find(resource)?.Type).Select(r => r.Name).Append(resource).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return line => (names is null || names.Contains(line.Resource))
            && (string.IsNullOrEmpty(text) || AnsiText.ToPlain(line.Text).Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A line as a row of the page; the only HTML that is not written by a component, because it also goes over the stream.</summary>
    public static string Row(ConsoleLine line, bool named) =>
        $"<div class=\"line{(line.IsError ? " line-error" : "")}\" data-n=\"{line.Number.ToString(CultureInfo.InvariantCulture)}\"><time datetime=\"{Format.Iso(line.At)}\">{Format.Time(line.At)}</time>"
        + (named ? $"<b class=\"tint-{Tint(line.Resource)}\">{WebUtility.HtmlEncode(line.Resource)}</b>" : "")
        + $"<span>{AnsiText.ToHtml(line.Text)}</span></div>";

    private static int Tint(string resource) => (int)(resource.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) % 8);

    private static async Task StreamAsync(HttpContext context, ConsoleLogStore console, ResourceBoard board, TimeProvider time, StopSignal stopping, string? resource, string? q, long after = 0)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping.Token);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await LiveApi.SendAsync(context, "event: open\ndata: \n\n", both.Token);
            while (true)
            {
                var seen = console.Changed.Version;
                var lines = console.After(after, PageLines, Matching(board, resource, q));
                if (lines.Count > 0)
                {
                    after = lines[^1].Number;
                    var rows = JsonSerializer.Serialize(string.Concat(lines.Select(l => Row(l, string.IsNullOrEmpty(resource)))));
                    await LiveApi.SendAsync(context, $"event: lines\ndata: {rows}\n\n", both.Token);
                }

                await console.Changed.WaitAsync(seen, both.Token);
                await Task.Delay(AtMostEvery, time, both.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left, or the dashboard stops.
        }
    }

    private static IResult Download(ConsoleLogStore console, ResourceBoard board, string? resource, string? q)
    {
        var text = new StringBuilder();
        foreach (var line in console.After(0, int.MaxValue, Matching(board, resource, q)))
        {
            text.Append(Format.Iso(line.At)).Append(' ');
            if (string.IsNullOrEmpty(resource)) text.Append('[').Append(line.Resource).Append("] ");
            text.Append(AnsiText.ToPlain(line.Text)).Append('\n');
        }

        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), "text/plain; charset=utf-8", $"{(string.IsNullOrEmpty(resource) ? "all" : resource)}.log");
    }
}

using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.RunnerService.Tests.Metrics;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Events;

/// <summary>A run's events over HTTP, on either database: a page, a page that waits, a stream that goes on where it broke off.</summary>
public abstract class EventsApiContract : IAsyncLifetime
{
    private TestDatabase database = null!;
    private HttpRunner runner = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        runner = await HttpRunner.StartAsync(database);
        await EngineHost.ApplyAsync(database.Database,
            """{"slug":"many","version":"1.0.0","steps":[{"id":"list","action":"transform","with":{"value":[1,2,3,4,5,6,7,8,9,10]}},{"id":"each","action":"noop","dependsOn":["list"],"forEach":"${{ steps.list.output }}"}]}""");
        await EngineHost.ApplyAsync(database.Database,
            """{"slug":"pause","version":"1.0.0","steps":[{"id":"before","action":"noop"},{"id":"wait","action":"delay","with":{"seconds":2},"dependsOn":["before"]},{"id":"after","action":"noop","dependsOn":["wait"]}]}""");
    }

    public async ValueTask DisposeAsync()
    {
        await runner.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task C4_pages_of_events_are_numbered_without_gap_and_say_what_happened()
    {
        var run = await runner.StartRunAsync("many");
        await runner.EndedAsync(run);

        var all = Items(await runner.JsonAsync(Path(run)));
        var paged = new List<JsonElement>();
        while (Items(await runner.JsonAsync($"{Path(run)}?after={paged.Count}&limit=3")) is { Count: > 0 } page) { paged.AddRange(page); }

        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(Seq));
        Assert.Equal(all.Select(Seq), paged.Select(Seq));
        Assert.Equal(("workflow_run_enqueued", "workflow_run_succeeded"), (Type(all[0]), Type(all[^1])));
        Assert.Equal(10, all.Count(one => Type(one) == "step_succeeded" && one.TryGetProperty("item", out _)));
    }

    [Fact]
    public async Task C4_a_long_poll_answers_when_there_is_news_and_at_once_when_the_run_has_ended()
    {
        var run = await runner.StartRunAsync("pause");
        var seen = new List<int>();
        while (true)
        {
            var page = Items(await runner.JsonAsync($"{Path(run)}?after={seen.Count}&wait=30"));
            // Only an ended run answers a wait of 30 seconds with nothing, and the client's patience is less than two of those.
            if (page.Count == 0) { break; }
            seen.AddRange(page.Select(Seq));
        }

        Assert.Equal(Enumerable.Range(1, seen.Count), seen);
        Assert.Equal("succeeded", (await runner.JsonAsync($"/v1/orgs/default/runs/{run}")).GetProperty("status").GetString());
        Assert.Equal(seen.Count, Items(await runner.JsonAsync(Path(run))).Count);
    }

    [Fact]
    public async Task C4_a_long_poll_without_news_answers_nothing_in_time()
    {
        await EngineHost.ApplyAsync(database.Database, """{"slug":"asks","version":"1.0.0","steps":[{"id":"wait","action":"signal.wait","with":{"name":"go"}}]}""");
        var run = await runner.StartRunAsync("asks");
        await Eventually.TrueAsync(async () => Items(await runner.JsonAsync(Path(run))).Any(one => Type(one) == "workflow_run_waiting"), "the run does not wait");
        var last = Items(await runner.JsonAsync(Path(run))).Count;

        var started = TimeProvider.System.GetTimestamp();
        Assert.Empty(Items(await runner.JsonAsync($"{Path(run)}?after={last}&wait=1")));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0.9, 10);
    }

    [Fact]
    public async Task C4_a_stream_that_broke_off_goes_on_after_the_last_event_it_delivered_and_ends_with_the_run()
    {
        var run = await runner.StartRunAsync("pause");
        var first = new List<SseItem<string>>();
        await foreach (var one in StreamAsync(run))
        {
            first.Add(one);
            if (first.Count == 4) { break; }
        }

        var second = new List<SseItem<string>>();
        await foreach (var one in StreamAsync(run, first[^1].EventId)) { second.Add(one); }

        var all = first.Concat(second).Where(one => one.EventType != "keep-alive").ToList();
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => $"{i}"), all.Select(one => one.EventId));
        Assert.Equal("workflow_run_succeeded", all[^1].EventType);
        Assert.All(all, one => Assert.Equal((one.EventId, one.EventType), (Seq(JsonElement.Parse(one.Data)).ToString(), Type(JsonElement.Parse(one.Data)))));
        Assert.Equal(all.Count, Items(await runner.JsonAsync(Path(run))).Count);
    }

    [Fact]
    public async Task C4_readers_that_have_gone_leave_nothing_behind()
    {
        var run = await runner.StartRunAsync("many");
        await runner.EndedAsync(run);
        await runner.JsonAsync(Path(run));
        await foreach (var _ in StreamAsync(run)) { }

        Assert.Equal(0, runner.Services.GetRequiredService<EventSignals>().Count);
    }

    [Fact]
    public async Task C4_events_of_another_organization_are_not_there()
    {
        var run = await runner.StartRunAsync("many");

        using var answer = await runner.SendAsync(HttpMethod.Get, Path(run), "elsewhere");
        using var crossed = await runner.SendAsync(HttpMethod.Get, $"/v1/orgs/elsewhere/runs/{run}/events", "elsewhere");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (answer.StatusCode, crossed.StatusCode));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("wait=61")]
    [InlineData("wait=-1")]
    public async Task C4_limits_and_waits_out_of_range_are_refused(string query)
    {
        var run = await runner.StartRunAsync("many");

        using var answer = await runner.SendAsync(HttpMethod.Get, $"{Path(run)}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private async IAsyncEnumerable<SseItem<string>> StreamAsync(Guid run, string? lastEventId = null)
    {
        (string, string)[] headers = lastEventId is null ? [("Accept", "text/event-stream")] : [("Accept", "text/event-stream"), ("Last-Event-ID", lastEventId)];
        using var answer = await runner.SendAsync(HttpMethod.Get, Path(run), headers: headers);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await foreach (var one in SseParser.Create(body).EnumerateAsync(TestContext.Current.CancellationToken)) { yield return one; }
    }

    private static string Path(Guid run) => $"/v1/orgs/default/runs/{run}/events";

    private static IReadOnlyList<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static int Seq(JsonElement one) => one.GetProperty("seq").GetInt32();

    private static string Type(JsonElement one) => one.GetProperty("type").GetString()!;
}

/// <summary>Events on SQLite.</summary>
public sealed class SqliteEventsApiTests : EventsApiContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Events on PostgreSQL.</summary>
public sealed class PostgresEventsApiTests : EventsApiContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}

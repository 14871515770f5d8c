using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

/// <summary>What tools without yard rely on, through the gateway of the whole hub.</summary>
public sealed class PublicPathTests(TestHub hub) : HubTest(hub)
{
    private HttpClient Http => Hub.Gateway;

    [Fact]
    public async Task A4_the_paths_of_old_apply_read_cancel_and_list_in_the_callers_organization()
    {
        var slug = NewSlug();
        using var applied = await Http.PostAsJsonAsync("/workflows", Delay(slug, 3600));
        Assert.Equal(HttpStatusCode.Created, applied.StatusCode);
        Assert.Equal(slug, (await JsonAsync($"/workflows/{slug}")).GetProperty("slug").GetString());
        var run = await StartAsync(slug);

        using var canceled = await Http.PatchAsJsonAsync($"/workflow-runs/{run}", new { status = "canceled" });

        Assert.True(canceled.IsSuccessStatusCode, await canceled.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(
            async () => (await JsonAsync($"/workflow-runs/{run}")).GetProperty("status").GetString() == "canceled", "the run is canceled");
        var listed = await JsonAsync($"/api/v1/workflows/runs?workflow={slug}");
        Assert.Equal(run, Assert.Single(listed.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty((await JsonAsync($"/runs/{run}/artifacts")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task C4_events_are_a_page_a_page_that_waits_and_a_stream_that_goes_on_where_it_broke_off()
    {
        var slug = NewSlug();
        using var applied = await Http.PostAsJsonAsync("/v1/orgs/default/workflows", Delay(slug, 2));
        applied.EnsureSuccessStatusCode();
        var run = await StartAsync(slug);
        var path = $"/v1/orgs/default/runs/{run}/events";

        var first = await NextAsync($"{path}?wait=20");
        var later = new List<long>();
        while (!later.Contains(await LastSeqOfAnEndedRunAsync(run)))
        {
            later.AddRange(await NextAsync($"{path}?after={Math.Max(first[^1], later.LastOrDefault())}&wait=20"));
        }

        var streamed = await StreamAsync(path, lastEventId: null);
        var resumed = await StreamAsync(path, lastEventId: streamed[1].EventId);

        long[] all = [.. first, .. later];
        Assert.Equal(Enumerable.Range(1, all.Length).Select(number => (long)number), all);
        Assert.Equal(all, streamed.Select(item => JsonElement.Parse(item.Data).GetProperty("seq").GetInt64()));
        Assert.Equal(streamed.Skip(2).Select(item => item.EventId), resumed.Select(item => item.EventId));
        Assert.Equal("workflow_run_succeeded", streamed[^1].EventType);
    }

    private static object Delay(string slug, int seconds) =>
        new { slug, version = "1.0.0", steps = new[] { new { id = "wait", action = "delay", with = new { seconds } } } };

    private async Task<string> StartAsync(string slug)
    {
        using var started = await Http.PostAsJsonAsync($"/v1/orgs/default/workflows/{slug}/runs", new { });
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        Assert.EndsWith($"/v1/orgs/default/runs/{run}", started.Headers.Location!.ToString());
        return run;
    }

    private Task<JsonElement> JsonAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    private async Task<List<long>> NextAsync(string path) =>
        [.. (await JsonAsync(path)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("seq").GetInt64())];

    private async Task<long> LastSeqOfAnEndedRunAsync(string run)
    {
        var items = (await JsonAsync($"/v1/orgs/default/runs/{run}/events")).GetProperty("items").EnumerateArray().ToList();
        return items[^1].GetProperty("type").GetString() == "workflow_run_succeeded" ? items[^1].GetProperty("seq").GetInt64() : -1;
    }

    private async Task<List<SseItem<string>>> StreamAsync(string path, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            items.Add(item);
        }

        return [.. items.Where(item => item.EventType != "keep-alive")];
    }
}

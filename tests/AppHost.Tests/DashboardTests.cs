using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Switchyard.Dashboard.Tests.Pages;
using static Microsoft.Playwright.Assertions;

namespace Switchyard.AppHost.Tests;

/// <summary>The first minutes of a newcomer with the dashboard of the real hub.</summary>
[Collection(BrowserTests.Name)]
public sealed class DashboardTests(Browser browser)
{
    private static readonly LocatorAssertionsToContainTextOptions Patiently = new() { Timeout = 60_000 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task P5_a_newcomer_opens_the_printed_link_and_follows_a_run_from_the_gateway_to_its_steps()
    {
        using var hub = new HubProcess(asDotnetRun: true);
        await hub.SaysAsync("Switchyard is ready at http://localhost:");
        var told = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(hub.Data, "hub.json"), Stop))!;
        await using var opened = await browser.OpenAsync(new((string)told["dashboardUrl"]!));
        await opened.ReadyAsync();
        var page = opened.Page;

        // Every resource is there and well.
        foreach (var name in new[] { "definitions", "runner", "alerting", "gateway" }) await Expect(page.Locator($"#row-{name} .badge")).ToHaveTextAsync("Running", new() { Timeout = 60_000 });
        await Expect(page.Locator("tbody .badge:not(.badge-good)")).ToHaveCountAsync(0);

        // One is stopped and started again.
        await page.ClickAsync("[aria-label='Stop alerting']");
        await Expect(page.Locator("#row-alerting .badge")).ToContainTextAsync("Exited", Patiently);
        await page.ClickAsync("[aria-label='Start alerting']");
        await Expect(page.Locator("#row-alerting .badge")).ToHaveTextAsync("Running", new() { Timeout = 60_000 });

        // A sample runs, and its trace goes from the gateway's request to the steps.
        var trace = await RunSampleAsync(hub, (string)told["url"]!);
        await opened.GoAsync("/traces?q=" + trace);
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("gateway: POST /v1/orgs/{org}/workflows/{slug}/runs", Patiently);
        await page.ClickAsync("tbody a");
        await Expect(page.Locator(".waterfall")).ToContainTextAsync("run", Patiently);
        await Expect(page.Locator(".waterfall")).ToContainTextAsync("/samples/stock.csv", Patiently);
        await Expect(page.Locator(".legend")).ToContainTextAsync("runner");
        Assert.True(await page.Locator(".span-critical").CountAsync() > 3);
        await page.Locator(".waterfall a", new() { HasTextRegex = new Regex("^step") }).First.ClickAsync();
        await Expect(page.Locator("#detail")).ToContainTextAsync("runner");

        // Its metric has moved, and steps of milliseconds are counted as such.
        await opened.GoAsync("/metrics?resource=runner&meter=Switchyard.Runner&instrument=switchyard.run.ended&view=table");
        await Expect(page.Locator("td.number").Filter(new() { HasTextRegex = new Regex("[1-9]") }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await opened.GoAsync("/metrics?resource=runner&meter=Switchyard.Runner&instrument=switchyard.step.duration");
        await Expect(page.Locator(".legend")).ToContainTextAsync(new Regex(@"P50: [\d.]+ (µs|ms)"), Patiently);

        await page.ClickAsync("[data-theme-choice=dark]");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Empty(opened.Complaints);
    }

    /// <summary>Applies and runs the warehouse report; returns the id of the trace that the gateway answered with.</summary>
    private static async Task<string> RunSampleAsync(HubProcess hub, string url)
    {
        using var client = new HttpClient { BaseAddress = new(url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(hub.Data, "operator-token"), Stop)).Trim());
        using var document = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(HubProcess.Root, "samples/warehouse-report/workflow.yaml"), Stop));
        document.Headers.ContentType = new("application/yaml");
        (await client.PostAsync("/v1/orgs/default/workflows", document, Stop)).EnsureSuccessStatusCode();

        using var parameters = JsonContent.Create(new { parameters = new { baseUrl = url.TrimEnd('/') } });
        using var started = await client.PostAsync("/v1/orgs/default/workflows/warehouse-report/runs", parameters, Stop);
        started.EnsureSuccessStatusCode();
        return started.Headers.GetValues("traceparent").Single().Split('-')[1];
    }
}

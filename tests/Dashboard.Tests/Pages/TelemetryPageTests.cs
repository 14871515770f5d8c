using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Switchyard.Dashboard.Tests.Pages;

[Collection(BrowserTests.Name)]
public sealed class TelemetryPageTests(Browser browser)
{
    [Fact]
    public async Task P5_the_console_follows_filters_pauses_and_downloads()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        application.WriteConsole();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        var console = dashboard.App.Console;
        await opened.GoAsync("/consolelogs");

        await Expect(page.Locator("#console .ansi-2").First).ToHaveTextAsync("info");
        await Expect(page.Locator("#console")).ToContainTextAsync("<script>alert('x')</script>");
        console.Append("gateway", TimeProvider.System.GetUtcNow(), "\u001b[31mcame later\u001b[0m");
        await Expect(page.Locator("#console .line").Last).ToContainTextAsync("came later");

        await page.ClickAsync("[data-console-pause]");
        console.Append("gateway", TimeProvider.System.GetUtcNow(), "while paused");
        await page.ClickAsync("[data-console-pause]");
        await Expect(page.Locator("#console .line").Last).ToContainTextAsync("while paused");
        await Expect(page.Locator("#console .line", new() { HasText = "came later" })).ToHaveCountAsync(1);

        // A resource's page holds its replicas too.
        await page.SelectOptionAsync("select[name=resource]", "orders");
        await Expect(page).ToHaveURLAsync(new Regex("resource=orders"));
        await opened.ReadyAsync();
        await Expect(page.Locator("#console")).ToContainTextAsync("Shop.Orders");
        await Expect(page.Locator("#console")).Not.ToContainTextAsync("came later");
        await page.FillAsync("input[name=q]", "orders/7 ");
        await Expect(page).ToHaveURLAsync(new Regex("q=orders"));
        await opened.ReadyAsync();
        await Expect(page.Locator("#console .line")).ToHaveCountAsync(1);

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=Download"));
        var text = await File.ReadAllTextAsync((await download.PathAsync())!);
        Assert.Equal("orders.log", download.SuggestedFilename);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT.*Z request GET /orders/7 answered 200 in 4 ms\n$", text);
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_a_log_record_is_filtered_by_field_in_the_address_and_leads_to_its_trace()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.SendTelemetry();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        await opened.GoAsync("/structuredlogs");

        await page.SelectOptionAsync("select[name=level]", "Warning");
        await Expect(page.Locator("tbody tr[id^=log-]")).ToHaveCountAsync(2);
        await page.ClickAsync("text=Charge of order 42 failed");
        await Expect(page.Locator("#detail")).ToContainTextAsync("The bank did not answer");
        await page.ClickAsync("#detail td a:text-is('42')");
        await Expect(page).ToHaveURLAsync(new Regex("f=OrderId%3D42"));
        await Expect(page.Locator(".chip")).ToHaveTextAsync("OrderId=42 ✕");
        await Expect(page.Locator("tbody tr[id^=log-]")).ToHaveCountAsync(1);

        // The address alone brings all of it back.
        await opened.GoAsync(page.Url);
        await Expect(page.Locator("tbody tr[id^=log-]")).ToHaveCountAsync(1);
        await page.ClickAsync("tbody tr[id^=log-] td:last-child a");
        await Expect(page).ToHaveURLAsync(new Regex("/traces/" + application.Traces.Payment.TraceId.ToHexString()));
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_a_trace_is_found_folded_and_followed_through_the_queue_in_both_directions()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.SendTelemetry();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        await opened.GoAsync("/traces");

        await page.CheckAsync("input[name=errors]");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.UncheckAsync("input[name=errors]");
        await page.FillAsync("input[name=q]", "SELECT");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("gateway: POST /orders");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.ClickAsync("tbody a");
        await opened.ReadyAsync();

        var rows = page.Locator(".waterfall [data-depth]:visible");
        await Expect(rows).ToHaveCountAsync(6);
        Assert.True(await page.Locator(".span-critical").CountAsync() > 6);
        await page.ClickAsync("[aria-label='Spans below POST']");
        await Expect(rows).ToHaveCountAsync(2);
        await page.Locator(".waterfall a", new() { HasText = "POST" }).Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(rows).ToHaveCountAsync(6);

        await page.ClickAsync(".waterfall a:text-is('orders publish')");
        await Expect(page.Locator("#detail")).ToContainTextAsync("Linked from");
        await page.ClickAsync("#detail section:has-text('Linked from') a");
        await Expect(page.Locator("h1")).ToHaveTextAsync("billing: orders process");
        await Expect(page.Locator("#detail")).ToContainTextAsync("orders: orders publish");
        await page.ClickAsync(".waterfall a:text-is('charge card')");
        await Expect(page.Locator("#detail")).ToContainTextAsync("card.brand");
        await Expect(page.Locator("#detail")).ToContainTextAsync("timeout");
        await page.ClickAsync(".waterfall a:text-is('orders process')");
        await page.ClickAsync("#detail section:has-text('Links to') a");
        await Expect(page.Locator("h1")).ToHaveTextAsync("gateway: POST /orders");
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_a_metric_is_chosen_from_the_tree_narrowed_and_moves_while_it_is_watched()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.SendTelemetry();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        await opened.GoAsync("/metrics?window=1m");

        await page.ClickAsync("text=shop.wait");
        await Expect(page.Locator(".legend")).ToContainTextAsync("P50");
        await Expect(page.Locator(".legend")).ToContainTextAsync("P99");
        await page.ClickAsync("text=shop.orders.taken");
        await Expect(page.Locator(".legend")).ToContainTextAsync("Total");
        await page.SelectOptionAsync("select[name=split]", "true");
        await Expect(page.Locator(".line-path")).ToHaveCountAsync(2);
        await page.ClickAsync("[role=group][aria-label=country] >> text=de");
        await Expect(page.Locator(".line-path")).ToHaveCountAsync(1);
        await Expect(page.Locator(".legend")).ToContainTextAsync("country=de");

        await page.ClickAsync("text=Table");
        var first = page.Locator("table tbody tr td:nth-child(2)");
        var before = await first.AllInnerTextsAsync();
        application.TakeOrder();
        application.Flush();

        // In a step of its own, or added to the 23 of the step that was not over yet.
        await Expect(page.Locator("table tbody")).ToContainTextAsync(new Regex("100|123"));
        Assert.DoesNotContain(before, value => value is "100" or "123");
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_a_page_with_full_buffers_stays_small_and_says_what_was_dropped()
    {
        await using var dashboard = await TestDashboard.StartAsync(("MaxTraces", "300"), ("MaxLogs", "300"));
        using var application = new SampleApplication(dashboard);
        for (var i = 0; i < 20; i++) application.SendTelemetry();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink, scheme: ColorScheme.Dark);
        var page = opened.Page;

        await opened.GoAsync("/traces");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(100);
        await Expect(page.Locator(".foot")).ToContainTextAsync("older traces dropped (limits 300 traces");
        await page.ClickAsync("text=Next");
        await Expect(page).ToHaveURLAsync(new Regex("after="));
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(100);
        await opened.GoAsync("/structuredlogs");
        await Expect(page.Locator("tbody tr[id^=log-]")).ToHaveCountAsync(100);
        await Expect(page.Locator(".foot")).ToContainTextAsync("older ones dropped (limit 300)");
    }
}

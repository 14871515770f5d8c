using Switchyard.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Switchyard.Dashboard.Tests.Pages;

[Collection(BrowserTests.Name)]
public sealed class ResourcesPageTests(Browser browser)
{
    [Fact]
    public async Task P5_resources_show_state_health_and_reason_and_change_without_a_reload()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        await opened.ReadyAsync();
        var page = opened.Page;

        await Expect(page.Locator("#row-gateway")).ToContainTextAsync("Running");
        await Expect(page.Locator("#row-orders")).ToContainTextAsync("Connection to the database refused");
        await Expect(page.Locator("#row-billing")).ToContainTextAsync("Exited (134)");
        await Expect(page.Locator("#row-gateway a[href='http://localhost:8080']")).ToHaveCountAsync(1);

        var billing = dashboard.App.Resources.Find("billing")!;
        await page.EvaluateAsync("window.same = true");
        dashboard.App.Resources.Publish(billing with { State = "Running", ExitCode = null, Health = [new("ready", null, null)] });
        await Expect(page.Locator("#row-billing")).ToContainTextAsync("Running, checking");
        dashboard.App.Resources.Publish(billing with { State = "Running", ExitCode = null, Health = [new("ready", "Healthy", null)] });
        await Expect(page.Locator("#row-billing .badge")).ToHaveTextAsync("Running");
        dashboard.App.Resources.Remove("orders-2");
        await Expect(page.Locator("#row-orders-2")).ToHaveCountAsync(0);
        Assert.True(await page.EvaluateAsync<bool>("window.same"));
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_a_paused_page_stands_still_and_catches_up()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        await opened.ReadyAsync();
        var page = opened.Page;

        await page.ClickAsync("[data-pause]");
        await using (var other = await browser.OpenAsync(dashboard.App.Options.LoginLink))
        {
            await other.ReadyAsync();
            dashboard.App.Resources.Publish(new() { Name = "late", Type = "Project", State = "Starting" });
            await Expect(other.Page.Locator("#row-late")).ToBeVisibleAsync();
        }

        await Expect(page.Locator("#row-late")).ToHaveCountAsync(0);
        await page.ClickAsync("[data-pause]");
        await Expect(page.Locator("#row-late")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P5_commands_are_run_confirmed_and_answered_in_place()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        await opened.ReadyAsync();
        var page = opened.Page;
        var asked = new List<string>();
        page.Dialog += (_, dialog) =>
        {
            asked.Add(dialog.Message);
            _ = dialog.AcceptAsync();
        };

        await page.ClickAsync("#row-gateway >> text=Stop");
        await Expect(page.Locator("#toast")).ToHaveTextAsync("Stop gateway: done");
        await page.ClickAsync("#menu-gateway summary");
        await page.ClickAsync("#menu-gateway >> text=Break it");
        await Expect(page.Locator("#toast")).ToHaveTextAsync("Break it gateway: It would not.");

        Assert.Equal(["Really?"], asked);
        Assert.Equal([("gateway", "stop"), ("gateway", "break")], dashboard.Commands);
    }

    [Fact]
    public async Task P5_a_secret_leaves_the_server_only_when_it_is_asked_for()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        await opened.GoAsync("/resources?resource=gateway");

        var html = await page.ContentAsync();
        Assert.DoesNotContain("hunter2", html, StringComparison.Ordinal);
        Assert.DoesNotContain("flagged-value", html, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", html, StringComparison.Ordinal);
        await page.ClickAsync("[aria-label='Show ConnectionStrings__shop']");
        await Expect(page.Locator("#variable-gateway-ConnectionStrings__shop")).ToContainTextAsync("hunter2");

        // What was shown stays shown when the page renews itself.
        dashboard.App.Resources.Publish(new() { Name = "late", Type = "Project" });
        await Expect(page.Locator("#row-late")).ToBeVisibleAsync();
        await Expect(page.Locator("#variable-gateway-ConnectionStrings__shop")).ToContainTextAsync("hunter2");
        await opened.GoAsync("/resources?resource=password");
        Assert.DoesNotContain("s3cret-parameter", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task P5_the_graph_is_walked_by_keyboard_and_the_theme_is_kept()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink);
        var page = opened.Page;
        await opened.GoAsync("/resources?view=graph");

        await page.Locator(".graph a", new() { HasText = "orders" }).First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#detail h2")).ToHaveTextAsync("orders");
        await Expect(page.Locator(".graph-edge-near")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#detail")).ToHaveCountAsync(0);

        var light = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await page.ClickAsync("[data-theme-choice=dark]");
        Assert.NotEqual(light, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await opened.GoAsync("/traces");
        Assert.Equal("dark", await page.GetAttributeAsync("html", "data-theme"));
        await Eventually.TrueAsync(async () => await page.GetAttributeAsync("[data-theme-choice=dark]", "aria-pressed") == "true", "the chosen theme is marked");
    }
}

using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Dashboard.Tests.Pages;
using static Microsoft.Playwright.Assertions;

namespace Switchyard.Dashboard.Tests.Application;

/// <summary>The dashboard of a real application: what its processes are, say and may be told.</summary>
[Collection(BrowserTests.Name)]
public sealed class RealApplicationTests(Browser browser)
{
    // Says something in colour, and that something is wrong, then stays until it is told to go.
    private const string Talk = @"printf '\033[32mready\033[0m to work\n'; echo 'but tired' >&2; exec sleep 600";

    [Fact]
    public async Task P5_a_real_process_is_seen_read_stopped_and_started_in_the_browser()
    {
        var builder = DistributedApplication.CreateBuilder(["--Dashboard:Port=0", "--Parameters:pass=correct-horse"]);
        var secret = builder.AddParameter("pass", secret: true);
        builder.AddExecutable("talker", "/bin/sh", ".", "-c", Talk).WithEnvironment("GREETING", "hello").WithEnvironment("HIDDEN", secret);
        await using var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ResourceNotificationService>().WaitForResourceAsync("talker", KnownResourceStates.Running, TestContext.Current.CancellationToken);

        await using var opened = await browser.OpenAsync(new(builder.Configuration["AppHost:DashboardUrl"]!));
        var page = opened.Page;
        await opened.ReadyAsync();
        await Expect(page.Locator("#row-talker .badge")).ToHaveTextAsync("Running");

        await page.ClickAsync("#row-talker a:text-is('talker')");
        await Expect(page.Locator("#detail")).ToContainTextAsync("hello");
        Assert.DoesNotContain("correct-horse", await page.ContentAsync(), StringComparison.Ordinal);
        await page.ClickAsync("[aria-label='Show HIDDEN']");
        await Expect(page.Locator("#detail")).ToContainTextAsync("correct-horse");

        await opened.GoAsync("/consolelogs?resource=talker");
        await Expect(page.Locator("#console .ansi-2")).ToHaveTextAsync("ready");
        await Expect(page.Locator("#console .line-error").First).ToContainTextAsync("but tired");

        await opened.GoAsync("/resources?resource=talker");
        await page.ClickAsync("#detail [aria-label='Stop talker']");
        await Expect(page.Locator("#toast")).ToHaveTextAsync("Stop talker: done", new() { Timeout = 20_000 });
        await Expect(page.Locator("#row-talker .badge")).ToContainTextAsync("Exited");
        await page.ClickAsync("#detail [aria-label='Start talker']");
        await Expect(page.Locator("#row-talker .badge")).ToHaveTextAsync("Running", new() { Timeout = 20_000 });
        Assert.Empty(opened.Complaints);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task P5_replicas_stand_below_a_row_that_is_as_healthy_as_the_worst_of_them()
    {
        var builder = DistributedApplication.CreateBuilder(["--Dashboard:Port=0"]);
        var talker = builder.AddExecutable("talker", "/bin/sh", ".", "-c", Talk).WithExplicitStart();
        await using var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var notifications = app.Services.GetRequiredService<ResourceNotificationService>();
        await using var opened = await browser.OpenAsync(new(builder.Configuration["AppHost:DashboardUrl"]!));
        var page = opened.Page;
        await opened.ReadyAsync();

        foreach (var (id, state, code) in new[] { ("talker-0", KnownResourceStates.Running, (int?)null), ("talker-1", KnownResourceStates.Exited, 3) })
        {
            await notifications.PublishUpdateAsync(talker.Resource, id, before => before with { State = state, ExitCode = code, ResourceType = "Project" });
        }

        await Expect(page.Locator("#row-talker-0 .badge")).ToHaveTextAsync("Running");
        await Expect(page.Locator("#row-talker-1 .badge")).ToHaveTextAsync("Exited (3)");
        await Expect(page.Locator("#row-talker .badge")).ToHaveTextAsync("Exited (3)");
        await page.ClickAsync("#row-talker a:text-is('talker')");
        await Expect(page.Locator("#detail")).ToContainTextAsync("1 of 2 running");
        await app.StopAsync(TestContext.Current.CancellationToken);
        await Expect(page.Locator("#connection")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P5_no_dashboard_means_no_dashboard()
    {
        var builder = DistributedApplication.CreateBuilder(["--no-dashboard"]);
        builder.AddExecutable("talker", "/bin/sh", ".", "-c", Talk);
        await using var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Null(builder.Configuration["AppHost:DashboardUrl"]);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }
}

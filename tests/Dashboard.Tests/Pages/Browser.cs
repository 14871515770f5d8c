using System.Reflection;
using Microsoft.Playwright;

namespace Switchyard.Dashboard.Tests.Pages;

/// <summary>Debian's Chromium, started once for all page tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? chromium;

    public static string AxePath =>
        typeof(Browser).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "AxePath").Value!;

    /// <summary>Where pictures of the pages go when someone wants to look at them.</summary>
    private static string? Pictures { get; } = Environment.GetEnvironmentVariable("DASHBOARD_PICTURES");

    public async ValueTask InitializeAsync()
    {
        // A fact is waited for, not timed: the limits only end a test that would never end.
        Assertions.SetDefaultExpectTimeout(30_000);
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    }

    public async Task<PageUnderTest> OpenAsync(Uri link, int width = 1400, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await chromium!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        context.SetDefaultTimeout(90_000);
        var page = new PageUnderTest(context, await context.NewPageAsync(), link);
        await page.Page.GotoAsync(link.ToString());
        return page;
    }

    public static async Task PictureAsync(IPage page, string name)
    {
        if (Pictures is not null) await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png") });
    }

    public async ValueTask DisposeAsync()
    {
        if (chromium is not null) await chromium.DisposeAsync();
        playwright?.Dispose();
    }
}

/// <summary>A page that remembers what went wrong in it: script errors, refused content, requests to anywhere else.</summary>
public sealed class PageUnderTest : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    public PageUnderTest(IBrowserContext context, IPage page, Uri home)
    {
        this.context = context;
        Page = page;
        page.PageError += (_, error) => complaints.Add("script error: " + error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add($"{message.Type}: {message.Text}");
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Authority != home.Authority) complaints.Add("request to " + request.Url);
        };
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Complaints => complaints;

    /// <summary>Opens a path of the same dashboard and waits for its script.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(new Uri(new Uri(Page.Url), path).ToString());
        await ReadyAsync();
    }

    public Task ReadyAsync() => Page.Locator("html[data-ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>The serious findings of axe-core, one line each.</summary>
    public async Task<IReadOnlyList<string>> AccessibilityAsync()
    {
        Assert.True(File.Exists(Browser.AxePath), "axe-core is missing: run 'npm ci' in tests/Dashboard.Tests.");

        // Evaluated by the debugger protocol, so that the page's own policy stays as strict as it is.
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Browser.AxePath) + "; true");
        var found = await Page.EvaluateAsync<string[]>(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.failureSummary}`))");
        return found;
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}

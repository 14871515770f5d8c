using Microsoft.Playwright;

namespace Switchyard.Dashboard.Tests.Pages;

/// <summary>What must hold on each page, at each width, in each theme.</summary>
[Collection(BrowserTests.Name)]
public sealed class EveryPageTests(Browser browser)
{
    private const int Phone = 390;

    [Theory]
    [InlineData(1400, "light")]
    [InlineData(1400, "dark")]
    [InlineData(Phone, "light")]
    [InlineData(Phone, "dark")]
    public async Task P5_every_page_is_accessible_stays_at_home_and_fits(int width, string theme)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var application = new SampleApplication(dashboard);
        application.PublishResources();
        application.WriteConsole();
        application.SendTelemetry();
        await application.SendHistoryAsync();
        var trace = application.Traces.Payment.TraceId.ToHexString();
        await using var opened = await browser.OpenAsync(dashboard.App.Options.LoginLink, width, width == Phone ? 844 : 900, theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);

        var problems = new List<string>();
        foreach (var (name, path) in new[]
        {
            ("resources", "/resources"),
            ("resource", "/resources?resource=gateway"),
            ("graph", "/resources?view=graph&resource=orders"),
            ("console", "/consolelogs"),
            ("logs", "/structuredlogs"),
            ("log", "/structuredlogs?level=Warning&log=3"),
            ("traces", "/traces"),
            ("trace", $"/traces/{application.Traces.Order.TraceId.ToHexString()}"),
            ("span", $"/traces/{trace}?span={application.Traces.Payment.SpanId.ToHexString()}"),
            ("metrics", "/metrics"),
            ("counter", "/metrics?resource=gateway&meter=tests&instrument=shop.checkout.count&split=true"),
            ("gauge", "/metrics?resource=gateway&meter=tests&instrument=shop.connections"),
            ("histogram", "/metrics?resource=gateway&meter=tests&instrument=shop.checkout.duration"),
            ("table", "/metrics?resource=orders&meter=Shop.orders&instrument=shop.wait&window=1m&view=table"),
        })
        {
            await opened.GoAsync(path);
            await Browser.PictureAsync(opened.Page, $"{name}-{width}-{theme}");
            problems.AddRange((await opened.AccessibilityAsync()).Select(p => $"{name}: {p}"));
            var overflow = await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (overflow > 0) problems.Add($"{name}: {overflow} pixels wider than the window");
        }

        Assert.Empty(problems);
        Assert.Empty(opened.Complaints);
    }

    [Fact]
    public async Task P5_the_login_page_is_accessible_too()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        await using var opened = await browser.OpenAsync(new(dashboard.App.Options.Url, "/traces"));

        Assert.Equal("/login", new Uri(opened.Page.Url).AbsolutePath);
        Assert.Empty(await opened.AccessibilityAsync());
        await Browser.PictureAsync(opened.Page, "login");
    }
}

using System.Net;
using Switchyard.Dashboard.Tests.Otlp;

namespace Switchyard.Dashboard.Tests.Access;

/// <summary>Who may see what.</summary>
public sealed class AccessTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/resources")]
    [InlineData("/resources/gateway/variables/KEY")]
    [InlineData("/consolelogs")]
    [InlineData("/consolelogs/stream")]
    [InlineData("/consolelogs/download")]
    [InlineData("/structuredlogs")]
    [InlineData("/traces")]
    [InlineData("/traces/00000000000000000000000000000001")]
    [InlineData("/metrics")]
    [InlineData("/live/traces")]
    [InlineData("/no-such-page")]
    public async Task P5_a_stranger_sees_nothing(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        await dashboard.Process.PostAsync("/v1/traces", OtlpBytes.Body(OtlpBytes.Traces("orders", OtlpBytes.Span(1, 1, 0, "very private", 1000, 2000))));
        using var page = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };

        var asPage = await dashboard.Stranger.SendAsync(page);
        var asData = await dashboard.Stranger.GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, asPage.StatusCode);
        Assert.StartsWith("/login", asPage.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, asData.StatusCode);
        Assert.DoesNotContain("private", await asPage.Content.ReadAsStringAsync() + await asData.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task P5_the_printed_link_works_once_and_the_next_one_is_announced()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var printed = dashboard.App.Options.LoginLink;
        Uri? next = null;
        dashboard.App.Options.LoginLinkChanged = link => next = link;

        using var person = await dashboard.SignInAsync();
        var again = await dashboard.Stranger.GetAsync(printed);

        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/traces")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Contains("has been used", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.Stranger.GetAsync(next)).StatusCode);
    }

    [Fact]
    public async Task P5_a_browser_that_only_guesses_the_next_page_does_not_use_up_the_link()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var guess = new HttpRequestMessage(HttpMethod.Get, dashboard.App.Options.LoginLink) { Headers = { { "Sec-Purpose", "prefetch;prerender" } } };

        var answer = await dashboard.Stranger.SendAsync(guess);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        using var person = await dashboard.SignInAsync();
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/resources")).StatusCode);
    }

    [Fact]
    public async Task P5_the_token_typed_into_the_form_works_and_leads_only_to_a_page_of_the_dashboard()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var form = new FormUrlEncodedContent([new("t", dashboard.App.Options.LoginLink.ToString()), new("return", "//elsewhere.example/")]);
        var answer = await dashboard.Stranger.PostAsync("/login", form);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location!.ToString());
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task P5_another_site_cannot_make_the_browser_of_a_person_run_a_command()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.App.Resources.Publish(new() { Name = "gateway", Type = "Project", State = "Running", Commands = [new("stop", "Stop")] });
        using var person = await dashboard.SignInAsync();

        async Task<HttpStatusCode> StopFromAsync(string? origin)
        {
            using var command = new HttpRequestMessage(HttpMethod.Post, "/resources/gateway/commands/stop");
            if (origin is not null) command.Headers.Add("Origin", origin);
            return (await person.SendAsync(command)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Forbidden, await StopFromAsync("http://localhost:1"));
        Assert.Equal(HttpStatusCode.Forbidden, await StopFromAsync(null));
        Assert.Empty(dashboard.Commands);
        Assert.Equal(HttpStatusCode.OK, await StopFromAsync(dashboard.App.Options.Url.ToString().TrimEnd('/')));
        Assert.Equal([("gateway", "stop")], dashboard.Commands);
    }

    [Fact]
    public async Task P5_every_page_forbids_inline_script_style_and_foreign_content()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var person = await dashboard.SignInAsync();
        foreach (var path in new[] { "/resources", "/consolelogs", "/structuredlogs", "/traces", "/metrics" })
        {
            var answer = await person.GetAsync(path);
            var policy = string.Join(';', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
            Assert.DoesNotContain("://", html.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }
}

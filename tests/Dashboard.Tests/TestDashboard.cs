using System.Net;
using Aspire.Dashboard;
using Aspire.Dashboard.Resources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Switchyard.Dashboard.Tests;

/// <summary>The real dashboard on a free port, and the ways in: as a process with the key, as a person with the link, as a stranger.</summary>
internal sealed class TestDashboard : IAsyncDisposable
{
    private TestDashboard(DashboardApp app, List<(string Resource, string Command)> commands)
    {
        App = app;
        Commands = commands;
        Process = new() { BaseAddress = app.Options.Url };
        Process.DefaultRequestHeaders.Add("x-otlp-api-key", app.Options.OtlpApiKey);
        Stranger = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.Options.Url };
    }

    public DashboardApp App { get; }

    /// <summary>The commands that pages have asked for.</summary>
    public IReadOnlyList<(string Resource, string Command)> Commands { get; }

    public HttpClient Process { get; }

    public HttpClient Stranger { get; }

    public static async Task<TestDashboard> StartAsync(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Dashboard:" + s.Key, (string?)s.Value))).Build();
        var commands = new List<(string, string)>();
        var board = new ResourceBoard((resource, command, _) =>
        {
            lock (commands) commands.Add((resource, command));
            return Task.FromResult(command == "break" ? new CommandOutcome(false, "It would not.") : new CommandOutcome(true));
        });
        var app = await DashboardApp.StartAsync(DashboardOptions.Reserve(configuration, usualPort: 0), board, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return new(app, commands);
    }

    /// <summary>A client with the session of someone who opened the link.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var person = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = App.Options.Url };
        person.DefaultRequestHeaders.Add("Accept", "text/html");
        var answer = await person.GetAsync(App.Options.LoginLink);
        answer.EnsureSuccessStatusCode();
        return person;
    }

    public async ValueTask DisposeAsync()
    {
        Process.Dispose();
        Stranger.Dispose();
        await App.DisposeAsync();
    }
}

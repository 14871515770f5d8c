using System.Net.Http.Headers;
using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Switchyard.AppHost.Tests;

/// <summary>The whole hub as it is composed, started once for a collection of tests, with its data in a folder of its own.</summary>
public abstract class HubFixture(string infrastructure, params string[] arguments) : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly string[] Services = ["definitions", "runner", "alerting", "gateway"];
    private IDistributedApplicationTestingBuilder? builder;
    private DistributedApplication? app;
    private HttpClient? gateway;

    /// <summary>The hub's folder, as <c>.data</c> is for a hub that people start.</summary>
    public string DataDirectory { get; } = HubFolder.Make();

    public DistributedApplication App => app ?? throw new InvalidOperationException("The hub has not started.");

    /// <summary>Calls the gateway as the development administrator.</summary>
    public HttpClient Gateway => gateway ?? throw new InvalidOperationException("The hub has not started.");

    /// <summary>The development administrator's token.</summary>
    public string Token => File.ReadAllText(Path.Combine(DataDirectory, "operator-token")).Trim();

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Hub:DataDirectory={DataDirectory}", $"--infrastructure={infrastructure}", .. arguments], limit.Token);
        app = await builder.BuildAsync(limit.Token);
        await app.StartAsync(limit.Token);
        await Task.WhenAll(Services.Select(service => app.ResourceNotifications.WaitForResourceHealthyAsync(service, limit.Token)));
        gateway = Anonymous();
        gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Calls the gateway without a token.</summary>
    public HttpClient Anonymous() => new() { BaseAddress = App.GetEndpoint("gateway"), Timeout = TimeSpan.FromSeconds(60) };

    public async ValueTask DisposeAsync()
    {
        gateway?.Dispose();
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (builder is not null)
        {
            await builder.DisposeAsync();
        }

        Directory.Delete(DataDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A hub with SQLite and the queue in it.</summary>
public sealed class EmbeddedHub() : HubFixture("embedded");

/// <summary>A hub with this machine's PostgreSQL and Redis.</summary>
public sealed class LocalHub() : HubFixture("local");

/// <summary>Tests that share one embedded hub.</summary>
[CollectionDefinition(Name)]
public sealed class EmbeddedHubTests : ICollectionFixture<EmbeddedHub>
{
    public const string Name = "embedded hub";
}

/// <summary>Tests that share one hub on local servers.</summary>
[CollectionDefinition(Name)]
public sealed class LocalHubTests : ICollectionFixture<LocalHub>
{
    public const string Name = "local hub";
}

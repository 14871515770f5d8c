using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Switchyard.Contracts.Access;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Steps;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Metrics;

/// <summary>The real runner in this process with its HTTP: asked as the gateway asks, its log entries kept.</summary>
public sealed class HttpRunner : IAsyncDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    private readonly WebApplication app;
    private readonly CallerSignature signature = new(Key, TimeProvider.System);

    private HttpRunner(WebApplication app, LogEntries log)
    {
        (this.app, Log) = (app, log);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public IServiceProvider Services => app.Services;

    public HttpClient Client { get; }

    public LogEntries Log { get; }

    public static async Task<HttpRunner> StartAsync(TestDatabase database, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        var log = new LogEntries();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:switchyard"] = database.ConnectionString,
            ["Identity:Key"] = Convert.ToBase64String(Key),
            ["WORKFLOW_ENGINE_MODE"] = "queue",
            ["WORKFLOW_RETRY_BACKOFF_MS"] = "20",
            ["Egress:AllowLoopback"] = "true",
            ["urls"] = "http://127.0.0.1:0",
            ["Runner:ArtifactsDirectory"] = Path.Combine(Path.GetTempPath(), $"switchyard-artifacts-{Guid.NewGuid():N}"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.AddServiceDefaults("runner");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.AddStorage();
        builder.AddSteps();
        builder.AddEngine().AddFlags().AddQueue().AddRuns().AddUpkeep();
        var built = builder.Build();
        built.MapDefaultEndpoints();
        built.UseCaller();
        built.MapRuns();
        built.MapEvents();
        built.MapMetrics();
        await built.StartAsync();
        return new HttpRunner(built, log);
    }

    /// <summary>Sends a request as somebody of an organization; the answer's headers are enough to return.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string org = "default", params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post) { request.Content = JsonContent.Create(new { }); }
        request.Headers.Add(CallerSignature.Header, signature.Mint(new Caller { Subject = "tester", Org = org, Scopes = [.. Scopes.All] }, "runner"));
        foreach (var (name, value) in headers) { request.Headers.TryAddWithoutValidation(name, value); }
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> JsonAsync(string path, string org = "default")
    {
        using var answer = await SendAsync(HttpMethod.Get, path, org);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    public async Task<Guid> StartRunAsync(string slug)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/v1/orgs/default/workflows/{slug}/runs");
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();
    }

    public async Task EndedAsync(params Guid[] runs)
    {
        foreach (var run in runs)
        {
            await Eventually.TrueAsync(
                async () => (await JsonAsync($"/v1/orgs/default/runs/{run}")).GetProperty("status").GetString() is "succeeded" or "failed" or "canceled", $"run {run} did not end");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>Log entries as a structured log gets them.</summary>
public sealed class LogEntries : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<LogEntry> all = new();

    public IReadOnlyCollection<LogEntry> All => all;

    public IEnumerable<LogEntry> Named(string name) => all.Where(entry => entry.Name == name);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        all.Enqueue(new LogEntry(eventId.Id, eventId.Name, logLevel, formatter(state, exception), fields.ToDictionary(field => field.Key, field => field.Value?.ToString())));
    }

    public void Dispose()
    {
    }
}

/// <summary>One entry.</summary>
public sealed record LogEntry(int Id, string? Name, LogLevel Level, string Message, IReadOnlyDictionary<string, string?> Fields);

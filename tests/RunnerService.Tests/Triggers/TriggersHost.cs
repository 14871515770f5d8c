using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.RunnerService.Triggers;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Triggers;

/// <summary>A runner with its triggers, asked over HTTP.</summary>
public sealed class TriggersHost : IAsyncDisposable
{
    /// <summary>What the environment variable of <see cref="Secret"/> holds.</summary>
    public const string SecretValue = "a secret between us and them";

    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    private TriggersHost(EngineHost engine, MovableClock clock)
    {
        Engine = engine;
        Clock = clock;
        Client = new HttpClient { BaseAddress = engine.Address };
    }

    public EngineHost Engine { get; }

    public HttpClient Client { get; }

    /// <summary>The clock that webhooks go by.</summary>
    public MovableClock Clock { get; }

    /// <summary>A reference for documents.</summary>
    public static string Secret => """{"source":"env","name":"SWITCHYARD_TEST_HOOK"}""";

    public static async Task<TriggersHost> StartAsync(TestDatabase database, params (string Key, string Value)[] settings)
    {
        Environment.SetEnvironmentVariable("SWITCHYARD_TEST_HOOK", SecretValue);
        var clock = new MovableClock();
        var engine = await EngineHost.StartAsync(
            database,
            add: builder =>
            {
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Identity:Key"] = Convert.ToBase64String(Key) });
                builder.AddServiceDefaults("runner");
                builder.Logging.ClearProviders();
                builder.AddTriggers();
                builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<WebhooksApi>(services, clock));
            },
            map: app =>
            {
                app.MapDefaultEndpoints();
                app.UseCaller(WebhooksApi.Path);
                app.MapTriggers();
            },
            settings: settings);
        return new TriggersHost(engine, clock);
    }

    /// <summary>Applies a workflow of one step with a trigger.</summary>
    public Task ApplyAsync(string slug, string trigger, string rest = "", string version = "1.0.0") => Engine.ApplyAsync(
        $$"""{"slug":"{{slug}}","version":"{{version}}","triggers":[{{trigger}}],"steps":[{"id":"a","action":"noop"}]{{(rest.Length > 0 ? "," + rest : "")}}}""");

    /// <summary>Asks as a caller of an organization.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string org = "default", string scope = "runs:write")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(CallerSignature.Header, new CallerSignature(Key, TimeProvider.System).Mint(new Caller { Subject = "ann", Org = org, Scopes = [scope] }, "runner"));
        if (body is not null) { request.Content = JsonContent.Create(body); }
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a webhook in the plain form.</summary>
    public Task<HttpResponseMessage> HookAsync(string path, string body, string secret = SecretValue, TimeSpan age = default, string? sent = null)
    {
        var at = (Clock.GetUtcNow() - age).ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at}.{body}")));
        return HookAsync(path, sent ?? body, ("X-Signature-Timestamp", $"{at}"), ("X-Signature", signature));
    }

    /// <summary>Sends a webhook as Standard Webhooks has it.</summary>
    public Task<HttpResponseMessage> StandardHookAsync(string path, string id, string body, string? signedId = null, byte[]? key = null, string before = "")
    {
        var at = Clock.GetUtcNow().ToUnixTimeSeconds();
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key ?? Encoding.UTF8.GetBytes(SecretValue), Encoding.UTF8.GetBytes($"{signedId ?? id}.{at}.{body}")));
        return HookAsync(path, body, ("webhook-id", id), ("webhook-timestamp", $"{at}"), ("webhook-signature", $"{before}v1,{signature}"));
    }

    public async Task<HttpResponseMessage> HookAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) { request.Headers.Add(name, value); }
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task SwitchAsync(string flag, bool on)
    {
        var store = Engine.Services.GetRequiredService<FlagStore>();
        await store.SetAsync(
            flag, new Flag { Enabled = on }, "tester", _ => new AuditEntry { Org = "*", Actor = "tester", Action = "flag.set", Resource = $"flags/{flag}" }, TestContext.Current.CancellationToken);
        Engine.Services.GetRequiredService<FlagDefinitions>().Replace(await store.LoadAsync(TestContext.Current.CancellationToken));
    }

    public async Task<int> CountRunsAsync() => (await Engine.Runs.ListAsync("default", new(), null, 200, TestContext.Current.CancellationToken)).Count;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Engine.DisposeAsync();
    }
}

using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Switchyard.ServiceDefaults.Tests;

/// <summary>A service made of the defaults and a few endpoints, on a real port.</summary>
public sealed class TestService : IAsyncDisposable
{
    public const string Name = "testing";
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    private TestService(WebApplication app)
    {
        App = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public CallerSignature Signature { get; private init; } = null!;

    /// <summary>What the health check <c>parts</c> says.</summary>
    public HealthCheckResult Parts { get; set; } = HealthCheckResult.Healthy();

    public static async Task<TestService> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null,
        TimeProvider? time = null,
        string environment = "Production",
        Action<WebApplicationBuilder>? configure = null,
        string name = Name)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Identity:Key"] = Convert.ToBase64String(Key) });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        if (time is not null) builder.Services.AddSingleton(time);
        builder.AddServiceDefaults(name);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(category: null, LogLevel.None);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        TestService? service = null;
        builder.Services.AddHealthChecks().AddCheck("parts", () => service!.Parts);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseCaller("/open", "/public/");
        Map(app);
        await app.StartAsync();
        service = new TestService(app) { Signature = new CallerSignature(Key, time ?? TimeProvider.System) };
        return service;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Caller? caller = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add(CallerSignature.Header, Signature.Mint(caller ?? Admin, Name));
        return await Client.SendAsync(request);
    }

    public static Caller Admin { get; } = new() { Subject = "admin", TokenId = "t-admin", Org = Caller.EveryOrg, Scopes = ["runs:read", "runs:write"] };

    public static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/open", () => "open");
        app.MapGet("/public/{name}", (string name) => name);
        app.MapGet("/who", (HttpContext http) => http.Caller());
        app.MapPost("/things", (Thing thing) => thing);
        app.MapGet("/numbers/{n:int}", (int n) => n);
        app.MapGet("/page", (int limit) => limit);
        app.MapGet("/fails", string () => throw new InvalidOperationException("the password is hunter2"));
        app.MapGet("/culture", () => $"{System.Globalization.CultureInfo.CurrentCulture.Name}|{1234.5}");
        var orgs = app.MapGroup("/v1/orgs/{org}").RequireOrg();
        orgs.MapPost("/things", (Thing thing) => thing).RequireScope("runs:write");
        app.MapGet("/public/guarded", () => "guarded").RequireScope("runs:read");
        orgs.MapGet("/runs", (string org) => org).RequireScope("runs:read");
    }

    public sealed record Thing(string Name, int Size, IReadOnlyList<Part> Parts, Colour Colour = Colour.DarkRed);

    public sealed record Part(string Id, bool Loose);

    public enum Colour
    {
        DarkRed,
        Blue,
    }
}

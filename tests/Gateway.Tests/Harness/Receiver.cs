using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchyard.Gateway.Tests.Harness;

/// <summary>A real HTTP server in a service's place: remembers what reached it, and answers what the test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app, string name) => (_app, Name) = (app, name);

    public string Name { get; }

    public string Address => _app.Urls.First();

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>How requests are answered; by default with the receiver's name.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>What /readyz says.</summary>
    public (int Status, string Body) Readiness { get; set; } = (200, """{"status":"ready","checks":[]}""");

    public static async Task<Receiver> StartAsync(string name = "receiver", int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var receiver = new Receiver(app, name);
        app.Run(receiver.HandleAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path is "/healthz")
        {
            await context.Response.WriteAsync("ok");
            return;
        }

        if (path is "/readyz")
        {
            (context.Response.StatusCode, var body) = Readiness;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
            return;
        }

        Requests.Enqueue(new Received(
            context.Request.Method, path, context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        await (Answer is { } answer ? answer(context) : context.Response.WriteAsync(Name));
    }
}

/// <summary>One request as it reached a receiver.</summary>
public sealed record Received(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers);

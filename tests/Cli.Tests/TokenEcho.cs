using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchyard.Cli.Tests;

/// <summary>A listener that answers every request alike and remembers which token it was shown.</summary>
internal sealed class TokenEcho : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TokenEcho(WebApplication app) => _app = app;

    public List<string> Authorizations { get; } = [];

    public string Url => _app.Urls.Single();

    public static async Task<TokenEcho> StartAsync(string body = """{ "items": [] }""")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var echo = new TokenEcho(builder.Build());
        echo._app.Run(async context =>
        {
            echo.Authorizations.Add(context.Request.Headers.Authorization.ToString());
            await context.Response.WriteAsync(body);
        });
        await echo._app.StartAsync();
        return echo;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

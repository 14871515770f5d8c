using System.Net;
using Aspire.Dashboard.Access;
using Aspire.Dashboard.ConsoleLogs;
using Aspire.Dashboard.Layout;
using Aspire.Dashboard.Live;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Resources;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard;

/// <summary>A running dashboard: the host publishes resources and console lines into it, processes send it telemetry.</summary>
public sealed class DashboardApp : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly CancellationTokenSource stopping;

    private DashboardApp(DashboardOptions options, WebApplication web, CancellationTokenSource stopping)
    {
        Options = options;
        this.web = web;
        this.stopping = stopping;
    }

    public DashboardOptions Options { get; }

    public ResourceBoard Resources => web.Services.GetRequiredService<ResourceBoard>();

    public ConsoleLogStore Console => web.Services.GetRequiredService<ConsoleLogStore>();

    public TelemetryStore Telemetry => web.Services.GetRequiredService<TelemetryStore>();

    public static async Task<DashboardApp> StartAsync(DashboardOptions options, ResourceBoard resources, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        // An empty builder: the AppHost's own configuration, environment variables and command line must not steer this server.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(DashboardApp).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.CreateBoundListenSocket = _ => options.Listener).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 8L * options.MaxRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen((IPEndPoint)options.Listener.LocalEndPoint!);
        });

        var ending = new CancellationTokenSource();
        builder.Services
            .AddSingleton(logs)
            .AddSingleton(time)
            .AddSingleton(options)
            .AddSingleton(resources)
            .AddSingleton(new ConsoleLogStore(options.MaxConsoleLines))
            .AddSingleton(new TelemetryStore(options))
            .AddSingleton(new Doorkeeper(options))
            .AddSingleton(new StopSignal(ending.Token))
            .AddSingleton<OtlpReceiver>()
            .AddRoutingCore()
            .AddHttpContextAccessor()
            .AddRazorComponents();

        var site = builder.Build();
        site.UseAccess(site.Services.GetRequiredService<Doorkeeper>());
        site.UseRouting();
        site.Services.GetRequiredService<OtlpReceiver>().Map(site);
        site.MapAccess();
        site.MapEmbeddedFiles();
        site.MapLive();
        site.MapPages();
        try
        {
            await site.StartAsync(stop);
        }
        catch
        {
            await site.DisposeAsync();
            ending.Dispose();
            throw;
        }

        return new(options, site, ending);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await web.StopAsync();
        await web.DisposeAsync();
        Options.Dispose();
        stopping.Dispose();
    }
}

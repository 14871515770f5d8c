using Aspire.Dashboard;
using Aspire.Dashboard.Resources;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.Dashboard;

/// <summary>Starts the dashboard for an application and feeds it from the application's own services until disposed.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly DashboardApp app;
    private readonly ConsoleFeed console;
    private readonly Task resources;

    private DashboardHost(DashboardApp app, IServiceProvider services, TimeProvider time)
    {
        this.app = app;
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var model = services.GetRequiredService<DistributedApplicationModel>();
        console = new(services.GetRequiredService<ResourceLoggerService>(), app.Console, notifications.All.Select(change => change.ResourceId), time);
        resources = Task.Run(() => new ResourceFeed(notifications, app.Resources, [.. model.Resources]).RunAsync(stopping.Token));
    }

    /// <summary>Does not wait for any resource; start it beside the resources, with the same <paramref name="options"/> that gave them their exporter variables.</summary>
    internal static async Task<DashboardHost> StartAsync(IServiceProvider services, DashboardOptions options, CancellationToken stop)
    {
        var commands = services.GetRequiredService<ResourceCommandService>();
        var board = new ResourceBoard(async (resource, command, cancel) =>
        {
            var result = await commands.ExecuteCommandAsync(resource, command, cancel);
            return new(result.Success, result.Message);
        });
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var started = await DashboardApp.StartAsync(options, board, time, services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance, stop);
        return new(started, services, time);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        try
        {
            await resources;
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }

        console.Dispose();
        await app.DisposeAsync();
        stopping.Dispose();
    }
}

using Aspire.Dashboard;
using Aspire.Dashboard.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.Dashboard;

/// <summary>Starts the dashboard for an application and feeds it from the application's own services until disposed.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly DashboardApp app;

    private DashboardHost(DashboardApp app) => this.app = app;

    /// <summary>Does not wait for any resource; start it beside the resources, with the same <paramref name="options"/> that gave them their exporter variables.</summary>
    internal static async Task<DashboardHost> StartAsync(IServiceProvider services, DashboardOptions options, CancellationToken stop)
    {
        var board = new ResourceBoard((_, _, _) => Task.FromResult(new CommandOutcome(false, "Commands are not connected.")));
        var started = await DashboardApp.StartAsync(
            options,
            board,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            stop);
        return new(started);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

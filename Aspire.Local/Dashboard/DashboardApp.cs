using Aspire.Dashboard.ConsoleLogs;
using Aspire.Dashboard.Resources;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard;

/// <summary>A running dashboard: the host publishes resources and console lines into it, processes send it telemetry.</summary>
public sealed class DashboardApp : IAsyncDisposable
{
    private DashboardApp(DashboardOptions options, ResourceBoard resources)
    {
        Options = options;
        Resources = resources;
        Console = new(options.MaxConsoleLines);
    }

    public DashboardOptions Options { get; }

    public ResourceBoard Resources { get; }

    public ConsoleLogStore Console { get; }

    public static Task<DashboardApp> StartAsync(DashboardOptions options, ResourceBoard resources, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        _ = time;
        _ = logs;
        stop.ThrowIfCancellationRequested();
        return Task.FromResult(new DashboardApp(options, resources));
    }

    public ValueTask DisposeAsync()
    {
        Options.Dispose();
        return ValueTask.CompletedTask;
    }
}

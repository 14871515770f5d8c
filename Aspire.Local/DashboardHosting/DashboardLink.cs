using Aspire.Hosting.Running;

namespace Aspire.Hosting.Dashboard;

/// <summary>The one place where the application starts its dashboard.</summary>
internal sealed class DashboardLink : IAsyncDisposable
{
    public TelemetryTarget? Telemetry { get; private init; }

    public static Task<DashboardLink?> StartAsync(ApplicationBuilder application, IServiceProvider services, CancellationToken stop) => Task.FromResult<DashboardLink?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

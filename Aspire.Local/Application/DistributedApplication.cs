using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;
using Aspire.Hosting.Running;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of resources, ready to run.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost host;

    /// <summary>Makes an application of a host.</summary>
    public DistributedApplication(IHost host) => this.host = host;

    /// <summary>The services of the AppHost.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>The state of every resource.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Does commands with resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    internal TestRun? Test { get; init; }

    /// <summary>Begins an application without a command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ApplicationBuilder(options);
    }

    /// <summary>Starts the resources; does not wait for them to be ready.</summary>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    /// <summary>Stops the resources, those that others need last.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <summary>Runs the application until it is told to stop; when publishing, describes it.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (Services.GetService<ManifestWriter>() is { } manifest)
        {
            await StartFailure.ExplainAsync(Services, () => manifest.WriteAsync(cancellationToken));
            return;
        }

        if (Test is { } test)
        {
            await test.RunAsync(host, cancellationToken);
            return;
        }

        await StartFailure.ExplainAsync(Services, async () =>
        {
            await using var ending = this;
            await host.StartAsync(cancellationToken);
            await host.WaitForShutdownAsync(cancellationToken);
            Services.GetService<Orchestrator>()?.ThrowIfFailed();
        });
    }

    /// <summary>Runs the application until it is told to stop; when publishing, describes it.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Frees what the application holds.</summary>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the application holds.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (host is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            host.Dispose();
        }
    }

    Task IHost.StartAsync(CancellationToken cancellationToken) => StartAsync(cancellationToken);

    Task IHost.StopAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);
}

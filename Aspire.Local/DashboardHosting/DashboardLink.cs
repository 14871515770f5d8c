using Aspire.Dashboard;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Starts the dashboard beside the resources; the resources know its address before it listens.</summary>
internal sealed class DashboardLink : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly DashboardOptions options;
    private readonly Task<DashboardHost?> starting;

    private DashboardLink(DashboardOptions options, IServiceProvider services)
    {
        this.options = options;
        Telemetry = new(options.Url.ToString().TrimEnd('/'), options.OtlpApiKey);
        starting = Task.Run(() => StartAsync(services));
    }

    public TelemetryTarget Telemetry { get; }

    /// <summary>Null when the application wants no dashboard. Its address is left in the configuration as <c>AppHost:DashboardUrl</c>.</summary>
    public static DashboardLink? Begin(ApplicationBuilder application, IServiceProvider services)
    {
        if (application.Options.DisableDashboard || application.Configuration["no-dashboard"] is not null)
        {
            return null;
        }

        var reserved = DashboardOptions.Reserve(application.Configuration);
        reserved.ApplicationName = application.Options.DashboardApplicationName ?? application.Environment.ApplicationName;
        application.Configuration["AppHost:DashboardUrl"] = reserved.LoginLink.ToString();
        reserved.LoginLinkChanged = link =>
        {
            application.Configuration["AppHost:DashboardUrl"] = link.ToString();
            if (!application.IsTest)
            {
                Console.Out.WriteLine($"The link to the dashboard has been used; for another browser: {link}");
            }
        };
        return new(reserved, services);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (await starting is { } host)
        {
            await host.DisposeAsync();
        }

        options.Dispose();
        stopping.Dispose();
    }

    // The application is worth more than its dashboard: a failure here is told, and ends nothing.
    private async Task<DashboardHost?> StartAsync(IServiceProvider services)
    {
        try
        {
            return await DashboardHost.StartAsync(services, options, stopping.Token);
        }
        catch (Exception e)
        {
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Aspire.Hosting.Dashboard").LogWarning(e, "The dashboard did not start.");
            return null;
        }
    }
}

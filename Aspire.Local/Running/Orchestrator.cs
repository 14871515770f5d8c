using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>Starts every resource of the application, and stops them in the reverse order of what needs what.</summary>
internal sealed class Orchestrator(
    ApplicationBuilder application,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    HealthCheckService healthChecks,
    IHttpClientFactory clients,
    IHostApplicationLifetime lifetime,
    ILoggerFactory logs,
    IServiceProvider services,
    TimeProvider clock) : IHostedService, IAsyncDisposable
{
    public const string Welcome = "Aspire.Local stands in for Aspire 13.5.2 here; 'dotnet restore AppHost -p:AspirePackages=true' switches to the real one where the feed has it.";

    private readonly CancellationTokenSource stopping = new();
    private readonly List<ReplicaRunner> runners = [];
    private readonly List<Task> passive = [];
    private Watchdog? watchdog;
    private ConsoleLog? console;
    private ParentWatch? parent;
    private Dashboard.DashboardLink? dashboard;
    private string? firstFailure;

    private bool IsTest => application.IsTest;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!IsTest)
        {
            Console.Out.WriteLine(Welcome);
            parent = ParentWatch.Begin(lifetime.StopApplication, clock);
        }

        await application.Eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        var ports = new Ports(randomize: application.Configuration.GetValue("DcpPublisher:RandomizePorts", false));
        foreach (var resource in model.Resources)
        {
            ports.Allocate(resource);
        }

        watchdog = new();
        var containers = new ContainerRuntime();
        var plan = new LaunchPlan(application, containers);
        dashboard = Dashboard.DashboardLink.Begin(application, services);
        plan.Telemetry = dashboard?.Telemetry;
        var tools = new RunnerTools(notifications, loggers, application.Eventing, plan, new(healthChecks, clients, clock), containers, watchdog, services, clock);
        foreach (var resource in model.Resources.Where(IsProcess))
        {
            Add(resource, tools);
        }

        if (!IsTest || application.Options.EnableResourceLogging)
        {
            console = new(loggers, runners.Select(runner => runner.Id), IsTest ? logs : null);
        }

        foreach (var resource in model.Resources)
        {
            await AnnounceAsync(resource, cancellationToken);
        }

        foreach (var runner in runners.Where(runner => runner.Resource.Annotations.Of<ExplicitStartupAnnotation>().Length == 0))
        {
            await runner.BeginAsync();
        }

        passive.AddRange(model.Resources.Where(resource => !IsProcess(resource)).Select(resource => PassiveAsync(resource, tools.Health, stopping.Token)));
        await application.Eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        parent?.Dispose();
        await stopping.CancelAsync();
        var ends = new Dictionary<IResource, Task>();
        await Task.WhenAll(runners.Select(runner => runner.Resource).Distinct().Select(End));
        await Task.WhenAll(passive);
        if (dashboard is not null)
        {
            await dashboard.DisposeAsync();
            dashboard = null;
        }

        runners.ForEach(runner => runner.Dispose());
        console?.Dispose();
        watchdog?.Dispose();

        // A resource ends when those that waited for it have ended. Waits cannot form a circle: nothing in it would have started.
        Task End(IResource resource)
        {
            if (!ends.TryGetValue(resource, out var ending))
            {
                ends[resource] = ending = EndAfterAsync(resource, [.. model.Resources.Where(other => IsProcess(other) && Needs(other, resource, [])).Select(End)]);
            }

            return ending;
        }

        async Task EndAfterAsync(IResource resource, Task[] first)
        {
            await Task.WhenAll(first);
            await Task.WhenAll(runners.Where(runner => ReferenceEquals(runner.Resource, resource)).Select(runner => runner.StopAsync()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!stopping.IsCancellationRequested)
        {
            await StopAsync(CancellationToken.None);
        }

        stopping.Dispose();
    }

    /// <summary>Says why the application gave up, if it did.</summary>
    public void ThrowIfFailed()
    {
        if (firstFailure is { } message)
        {
            throw new DistributedApplicationException(message);
        }
    }

    private static bool IsProcess(IResource resource) => resource is ProjectResource or ExecutableResource or ContainerResource;

    // Through connection strings too: a service that waits for a database string needs the server that the string waits for.
    private static bool Needs(IResource resource, IResource other, HashSet<IResource> seen) => seen.Add(resource)
        && Next(resource).Any(needed => ReferenceEquals(needed, other) || (!IsProcess(needed) && Needs(needed, other, seen)));

    private static IEnumerable<IResource> Next(IResource resource) =>
    [
        .. resource.Annotations.Of<WaitAnnotation>().Where(wait => wait.WaitType != WaitType.WaitForCompletion).Select(wait => wait.Resource),
        .. resource is IResourceWithParent child ? [child.Parent] : Array.Empty<IResource>(),
    ];

    private void Add(IResource resource, RunnerTools tools)
    {
        var awaited = model.Resources.Any(other => other.Annotations.Of<WaitAnnotation>().Any(wait => wait.WaitType == WaitType.WaitForCompletion && ReferenceEquals(wait.Resource, resource)));
        var readiness = new Readiness(Replicas.Count(resource), awaited);
        var own = Enumerable.Range(0, Replicas.Count(resource)).Select(replica => new ReplicaRunner(tools, resource, replica, readiness, Failed)).ToList();
        runners.AddRange(own);
        ProcessCommands.Add(resource, id => own.First(runner => runner.Id == id));
        for (var replica = 0; replica < own.Count; replica++)
        {
            var initial = Snapshots.Initial(resource, replica, clock.GetUtcNow().UtcDateTime);
            own[replica].Publish(_ => initial);
        }
    }

    private async Task AnnounceAsync(IResource resource, CancellationToken stop)
    {
        if (!IsProcess(resource))
        {
            await notifications.PublishUpdateAsync(resource, _ => Snapshots.Initial(resource, 0, clock.GetUtcNow().UtcDateTime));
        }

        if (resource is IResourceWithEndpoints)
        {
            await application.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), stop);
        }

        if (resource is IResourceWithConnectionString)
        {
            await application.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), stop);
        }
    }

    /// <summary>Follows a resource that has no process of its own: a parameter, a connection string, a database in a server.</summary>
    private async Task PassiveAsync(IResource resource, HealthChecks health, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await notifications.PublishUpdateAsync(resource, before => before with { State = KnownResourceStates.Waiting });
            await notifications.WaitForDependenciesAsync(resource, stop);
            if (resource is IResourceWithParent child)
            {
                await notifications.WaitForResourceHealthyAsync(child.Parent.Name, WaitBehavior.WaitOnResourceUnavailable, stop);
            }

            if (resource is ParameterResource or ConnectionStringResource)
            {
                await ((IValueProvider)resource).GetValueAsync(stop);
            }

            var checks = resource.Annotations.Of<HealthCheckAnnotation>();
            while (true)
            {
                var reports = await health.RunAsync(checks, 0, stop);
                await notifications.PublishUpdateAsync(resource, before => before with { State = new(KnownResourceStates.Running, KnownResourceStateStyles.Success), HealthReports = [.. reports] });
                if (reports.All(report => report.Status == HealthStatus.Healthy))
                {
                    break;
                }

                await Task.Delay(TimeSpan.FromSeconds(0.5), clock, stop);
            }

            await application.Eventing.PublishAsync(new ResourceReadyEvent(resource, services), stop);
            await notifications.PublishUpdateAsync(resource, before => before with { IsReady = true });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The application ends before the resource was needed.
        }
        catch (Exception e)
        {
            loggers.GetLogger(resource).LogError("{Message}", e.Message);
            var state = e is MissingParameterValueException ? KnownResourceStates.ValueMissing : KnownResourceStates.FailedToStart;
            await notifications.PublishUpdateAsync(resource, before => before with { State = new(state, KnownResourceStateStyles.Error) });
            Failed(resource, e is DistributedApplicationException ? e.Message : $"'{resource.Name}' is not usable: {e.Message}");
        }
    }

    // A resource that cannot start makes the whole useless: say which and why, once, and end with an exit code that is not 0.
    // Tests look at the resource's state instead, and a command given by hand must not end everything.
    private void Failed(IResource resource, string message)
    {
        var onlyByHand = resource.Annotations.Of<ExplicitStartupAnnotation>().Length > 0;
        if (!IsTest && !onlyByHand && !stopping.IsCancellationRequested && Interlocked.CompareExchange(ref firstFailure, message, null) is null)
        {
            lifetime.StopApplication();
        }
    }
}

/// <summary>Registers the runner.</summary>
internal static class RunnerServices
{
    public static void AddRunner(this IServiceCollection services, ApplicationBuilder application)
    {
        services.AddSingleton(application);
        services.AddSingleton<Orchestrator>();
        services.AddHostedService(provider => provider.GetRequiredService<Orchestrator>());
    }
}

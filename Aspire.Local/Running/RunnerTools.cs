using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Running;

/// <summary>What every runner works with.</summary>
internal sealed record RunnerTools(
    ResourceNotificationService Notifications,
    ResourceLoggerService Loggers,
    IDistributedApplicationEventing Eventing,
    LaunchPlan Plan,
    HealthChecks Health,
    ContainerRuntime Containers,
    Watchdog Watchdog,
    IServiceProvider Services,
    TimeProvider Clock);

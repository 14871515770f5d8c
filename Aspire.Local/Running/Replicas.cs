using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Names the replicas of a resource: its own name when there is one, else numbered from 0.</summary>
internal static class Replicas
{
    public static int Count(IResource resource) => resource.Annotations.Of<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;

    public static string Id(IResource resource, int replica) => Count(resource) == 1 ? resource.Name : $"{resource.Name}-{replica}";

    public static IReadOnlyList<string> Ids(IResource resource) => [.. Enumerable.Range(0, Count(resource)).Select(replica => Id(resource, replica))];
}

/// <summary>Where the dashboard takes telemetry.</summary>
internal sealed record TelemetryTarget(string Endpoint, string ApiKey);

/// <summary>An environment callback's context that knows which replica asks.</summary>
internal sealed class ReplicaEnvironment(DistributedApplicationExecutionContext execution, IResource resource, int replica, TelemetryTarget? telemetry, CancellationToken stop)
    : EnvironmentCallbackContext(execution, resource, cancellationToken: stop)
{
    public string Id { get; } = Replicas.Id(resource, replica);

    public TelemetryTarget? Telemetry => telemetry;
}

namespace Switchyard.Gateway.Clusters;

/// <summary>The services behind the gateway, by their resource names.</summary>
public static class ClusterNames
{
    public const string Definitions = "definitions";
    public const string Runner = "runner";
    public const string Alerting = "alerting";

    public static readonly IReadOnlyList<string> All = [Definitions, Runner, Alerting];

    /// <summary>The service whose replicas take the canary share of a cluster's requests.</summary>
    public static string Canary(string cluster) => cluster + "-canary";
}

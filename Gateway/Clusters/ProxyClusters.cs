using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace Switchyard.Gateway.Clusters;

/// <summary>Turns configured addresses into the proxy's clusters.</summary>
public static class ProxyClusters
{
    // A replica that failed is asked again soon: a restart takes seconds, not the proxy's default minute.
    public static readonly TimeSpan Reactivation = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<ClusterConfig> Build(IConfiguration configuration, GatewayOptions options)
    {
        var clusters = new List<ClusterConfig>();
        foreach (var name in ClusterNames.All)
        {
            clusters.Add(Cluster(name, ServiceAddresses.Of(configuration, name), options));
            var canary = ServiceAddresses.Of(configuration, ClusterNames.Canary(name));
            if (canary.Count > 0) clusters.Add(Cluster(ClusterNames.Canary(name), canary, options));
        }

        return clusters;
    }

    private static ClusterConfig Cluster(string id, IReadOnlyList<string> addresses, GatewayOptions options) => new()
    {
        ClusterId = id,
        LoadBalancingPolicy = options.LoadBalancing,
        Destinations = addresses.ToDictionary(address => address, address => new DestinationConfig { Address = address }, StringComparer.Ordinal),
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = options.RequestTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        },
        HealthCheck = new HealthCheckConfig
        {
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Path = "/healthz",
                Interval = options.ProbeInterval,
                Timeout = ProbeTimeout,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            },
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
                ReactivationPeriod = Reactivation,
            },
            // Nothing healthy is an answer (503), not a reason to knock on every dead door.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
        },
    };
}

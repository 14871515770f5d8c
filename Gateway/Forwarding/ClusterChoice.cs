using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Switchyard.Gateway.Clusters;
using Switchyard.Gateway.Routes;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Chooses the replicas for an admitted request, the canary's or the others, and how long they may take.</summary>
public sealed class ClusterChoice(IProxyStateLookup clusters, IOptions<GatewayOptions> options)
{
    // The proxy knows one patience per cluster. A second cluster would probe and balance the same replicas twice;
    // a second model over the same state does neither. It goes when the model it was made from goes.
    private readonly ConditionalWeakTable<ClusterModel, ClusterModel> _patient = [];

    public void Choose(HttpContext context, GatewayRoute row, Canary canary)
    {
        var name = row.Cluster;
        if (canary.Takes(context.Request.Headers, Roll) && HasReplicas(ClusterNames.Canary(name))) name = ClusterNames.Canary(name);
        if (context.GetReverseProxyFeature().Cluster.Config.ClusterId != name && clusters.TryGetCluster(name, out var cluster))
            context.ReassignProxyRequest(cluster);
        if (row.IsLong) GiveTime(context);
    }

    private void GiveTime(HttpContext context)
    {
        var chosen = context.GetReverseProxyFeature();
        context.Features.Set<IReverseProxyFeature>(new ReverseProxyFeature
        {
            Route = chosen.Route,
            Cluster = _patient.GetValue(chosen.Cluster, Patient),
            AllDestinations = chosen.AllDestinations,
            AvailableDestinations = chosen.AvailableDestinations,
        });
    }

    private ClusterModel Patient(ClusterModel model) => new(
        model.Config with { HttpRequest = model.Config.HttpRequest! with { ActivityTimeout = options.Value.LongTimeout } }, model.HttpClient);

    private bool HasReplicas(string name) => clusters.TryGetCluster(name, out var cluster) && cluster.DestinationsState.AvailableDestinations.Count > 0;

    private static double Roll() => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
}

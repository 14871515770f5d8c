using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Switchyard.Contracts.Problems;
using Switchyard.Gateway.Clusters;
using Switchyard.Gateway.Routes;
using Yarp.ReverseProxy.Configuration;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Routes, clusters and canary shares in force; follows the configuration. A change that is not understood is
/// refused as a whole, and what was in force stays.</summary>
public sealed partial class ProxyState : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly GatewayOptions _options;
    private readonly ILogger<ProxyState> _log;
    private readonly IDisposable _subscription;
    private volatile Snapshot _current;

    public ProxyState(IConfiguration configuration, IOptions<GatewayOptions> options, ILogger<ProxyState> log)
    {
        (_configuration, _options, _log) = (configuration, options.Value, log);
        _current = Read(out var complaints);
        if (complaints.Count > 0) throw new CannotStartException($"The gateway's settings cannot be used: {string.Join("; ", complaints)}.");
        Provider = new InMemoryConfigProvider(_current.Routes.ProxyRoutes, ProxyClusters.Build(configuration, _options));
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Refresh);
    }

    public InMemoryConfigProvider Provider { get; }

    public Snapshot Current => _current;

    public void Dispose() => _subscription.Dispose();

    private void Refresh()
    {
        var next = Read(out var complaints);
        if (complaints.Count > 0)
        {
            Log.Refused(_log, string.Join("; ", complaints));
            return;
        }

        // The rows first: a request that still enters by a route which is gone finds no row and is told 404.
        _current = next;
        Provider.Update(next.Routes.ProxyRoutes, ProxyClusters.Build(_configuration, _options));
    }

    private Snapshot Read(out List<string> complaints)
    {
        complaints = [];
        var rows = RouteFile.Read(_configuration.GetSection("Gateway:Routes"), complaints);
        var canaries = new Dictionary<string, Canary>(StringComparer.Ordinal);
        foreach (var cluster in ClusterNames.All)
            canaries[cluster] = Canary.Read(_configuration.GetSection($"Gateway:Canary:{cluster}"), complaints);
        return new Snapshot(new RouteMap([.. RouteTable.Rows, .. rows]), canaries.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>One consistent view for one request.</summary>
    public sealed record Snapshot(RouteMap Routes, FrozenDictionary<string, Canary> Canaries);

    private static partial class Log
    {
        [LoggerMessage(6303, LogLevel.Error, "Changed routes refused, the former ones stay in force: {Reason}")]
        public static partial void Refused(ILogger log, string reason);
    }
}

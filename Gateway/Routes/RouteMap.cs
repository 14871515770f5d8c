using System.Collections.Frozen;
using Yarp.ReverseProxy.Configuration;

namespace Switchyard.Gateway.Routes;

/// <summary>The rows in force, arranged for the request path: one proxy route per pattern, its rows by method.</summary>
public sealed class RouteMap
{
    private readonly FrozenDictionary<string, FrozenDictionary<string, GatewayRoute>> _byPattern;
    private readonly FrozenDictionary<string, string> _allowed;

    public RouteMap(IReadOnlyList<GatewayRoute> rows)
    {
        Rows = rows;
        var patterns = rows.GroupBy(row => row.Pattern, StringComparer.OrdinalIgnoreCase).ToList();
        _byPattern = patterns.ToFrozenDictionary(
            pattern => pattern.Key, pattern => pattern.ToFrozenDictionary(row => row.Method, StringComparer.Ordinal), StringComparer.Ordinal);
        _allowed = patterns.ToFrozenDictionary(
            pattern => pattern.Key, pattern => string.Join(", ", pattern.Select(row => row.Method)), StringComparer.Ordinal);
        // Methods are matched by Find and not by the router, so that a wrong one gets our 405 and preflights get no special way in.
        ProxyRoutes = [.. patterns.Select(pattern => new RouteConfig
        {
            RouteId = pattern.Key,
            ClusterId = pattern.First().Cluster,
            Match = new RouteMatch { Path = pattern.Key },
        })];
    }

    public IReadOnlyList<GatewayRoute> Rows { get; }

    public IReadOnlyList<RouteConfig> ProxyRoutes { get; }

    /// <summary>The row for this method on a matched pattern, or null when the table has none.</summary>
    public GatewayRoute? Find(string pattern, string method) =>
        _byPattern.TryGetValue(pattern, out var rows) && rows.TryGetValue(method, out var row) ? row : null;

    /// <summary>The methods of a pattern, as an Allow header wants them.</summary>
    public string? AllowedMethods(string pattern) => _allowed.GetValueOrDefault(pattern);
}

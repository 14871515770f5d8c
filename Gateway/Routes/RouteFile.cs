using Switchyard.Contracts.Access;
using Switchyard.Gateway.Clusters;

namespace Switchyard.Gateway.Routes;

/// <summary>Reads further rows from the section <c>Gateway:Routes</c>. They add to the built-in table; they cannot loosen it.</summary>
public static class RouteFile
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>The rows, or one sentence per thing that is wrong with them.</summary>
    public static IReadOnlyList<GatewayRoute> Read(IConfiguration section, ICollection<string> complaints)
    {
        var rows = new List<GatewayRoute>();
        foreach (var entry in section.GetChildren())
        {
            var (pattern, cluster, scope) = (entry["pattern"] ?? "", entry["cluster"] ?? "", entry["scope"]);
            var isOpen = string.Equals(entry["open"], "true", StringComparison.OrdinalIgnoreCase);
            var methods = entry.GetSection("methods").GetChildren().Select(method => method.Value?.ToUpperInvariant() ?? "").DefaultIfEmpty("GET").ToList();

            if (!IsPattern(pattern)) Complain("needs a pattern such as /v1/orgs/{org}/things");
            else if (!ClusterNames.All.Contains(cluster, StringComparer.Ordinal)) Complain($"needs a cluster of: {string.Join(", ", ClusterNames.All)}");
            else if (isOpen == scope is not null) Complain("needs either a scope or open: true");
            else if (scope is not null && !Scopes.All.Contains(scope)) Complain($"names the unknown scope '{scope}'");
            else if (methods.Find(method => !Methods.Contains(method, StringComparer.Ordinal)) is { } unknown) Complain($"names the unknown method '{unknown}'");
            else if (RouteTable.Rows.Any(row => SamePaths(row.Pattern, pattern))) Complain("repeats a built-in path, which only a release may change");
            else rows.AddRange(methods.Select(method => new GatewayRoute(method, pattern, cluster, scope)
            {
                IsLong = string.Equals(entry["long"], "true", StringComparison.OrdinalIgnoreCase),
            }));

            void Complain(string what) => complaints.Add($"Gateway:Routes:{entry.Key} {what}");
        }

        foreach (var twins in rows.GroupBy(row => $"{row.Method} {Shape(row.Pattern)}", StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            complaints.Add($"Gateway:Routes gives {twins.Key} twice");
        return rows;
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            return pattern.StartsWith('/') && Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse(pattern) is not null;
        }
        catch (Microsoft.AspNetCore.Routing.Patterns.RoutePatternException)
        {
            return false;
        }
    }

    private static bool SamePaths(string left, string right) => string.Equals(Shape(left), Shape(right), StringComparison.OrdinalIgnoreCase);

    // Two patterns that differ only in what they call a segment match the same paths.
    private static string Shape(string pattern) =>
        string.Join('/', pattern.Split('/').Select(segment => segment.StartsWith("{*", StringComparison.Ordinal) ? "**" : segment.StartsWith('{') ? "*" : segment));
}

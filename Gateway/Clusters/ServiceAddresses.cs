namespace Switchyard.Gateway.Clusters;

/// <summary>Reads the replicas of a service from the service discovery variables <c>services:NAME:http:0..n</c>.</summary>
public static class ServiceAddresses
{
    /// <summary>The addresses in their configured order, each once; what is not an http(s) address is left out.</summary>
    public static IReadOnlyList<string> Of(IConfiguration configuration, string service)
    {
        var section = configuration.GetSection("services").GetSection(service);
        return [.. section.GetSection("http").GetChildren().Concat(section.GetSection("https").GetChildren())
            .Select(entry => entry.Value?.TrimEnd('/'))
            .OfType<string>()
            .Where(address => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}

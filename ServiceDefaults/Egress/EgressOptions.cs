using System.Net;
using Microsoft.Extensions.Options;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>Where workflows, webhooks and channels may connect to; section <c>Egress</c>.</summary>
public sealed class EgressOptions
{
    /// <summary>Lets calls reach this machine: for development and tests. Default false.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>When not empty, only these hosts may be called: <c>api.example.com</c>, or <c>*.example.com</c> for all below it.</summary>
    public List<string> AllowHosts { get; set; } = [];

    /// <summary>Never called, whatever else is allowed.</summary>
    public List<string> DenyHosts { get; set; } = [];

    /// <summary>Private networks (CIDR) that may be reached. Link-local and metadata addresses stay closed whatever stands here.</summary>
    public List<string> AllowNetworks { get; set; } = [];

    /// <summary>Networks (CIDR) never reached, whatever else is allowed.</summary>
    public List<string> DenyNetworks { get; set; } = [];

    /// <summary>When not empty, only these ports may be called.</summary>
    public List<int> AllowPorts { get; set; } = [];

    /// <summary>How long one exchange may take, redirects and body included. Default 100 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How many redirects are followed. Default 5.</summary>
    public int MaxRedirects { get; set; } = 5;

    /// <summary>Lists of single orgs, which narrow or extend the ones above for that org.</summary>
    public Dictionary<string, EgressLists> Orgs { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>What one org adds to the hub's lists. An allow list of its own replaces the hub's; deny lists add up.</summary>
public sealed class EgressLists
{
    public List<string> AllowHosts { get; set; } = [];

    public List<string> DenyHosts { get; set; } = [];

    public List<string> AllowNetworks { get; set; } = [];

    public List<string> DenyNetworks { get; set; } = [];
}

/// <summary>A network that cannot be read must stop the start: silently ignored, it would open or close the wrong door.</summary>
internal sealed class EgressOptionsCheck : IValidateOptions<EgressOptions>
{
    public ValidateOptionsResult Validate(string? name, EgressOptions options)
    {
        var wrong = options.AllowNetworks
            .Concat(options.DenyNetworks)
            .Concat(options.Orgs.Values.SelectMany(org => org.AllowNetworks.Concat(org.DenyNetworks)))
            .Where(network => !IPNetwork.TryParse(network, out _))
            .ToArray();
        if (wrong.Length > 0) return ValidateOptionsResult.Fail($"Egress: not a network in CIDR form (10.1.0.0/16): {string.Join(", ", wrong)}.");

        return options.Timeout > TimeSpan.Zero && options.MaxRedirects is >= 0 and <= 20
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Egress: Timeout must be positive and MaxRedirects from 0 to 20.");
    }
}

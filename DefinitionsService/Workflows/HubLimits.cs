using Microsoft.Extensions.Options;
using Switchyard.Contracts.Workflows;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>Tells the linter what this hub allows an organization's workflows.</summary>
public sealed class HubLimits(IOptionsMonitor<EgressOptions> egress)
{
    public LintContext For(string org)
    {
        var options = egress.CurrentValue;
        // The linter asks about hosts alone; which port a step calls is checked when it calls.
        var policy = new EgressPolicy(
            new EgressOptions
            {
                AllowLoopback = options.AllowLoopback,
                AllowHosts = options.AllowHosts,
                DenyHosts = options.DenyHosts,
                AllowNetworks = options.AllowNetworks,
                DenyNetworks = options.DenyNetworks,
            },
            options.Orgs.GetValueOrDefault(org));
        return new LintContext
        {
            WhyBlocked = host => Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var url) ? policy.WhyNot(url) : "it is no host name",
        };
    }
}

using System.Net;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>
/// Decides whether a URL, and then an address it resolves to, may be called. Pure: asked once for the URL before anything is
/// resolved, and once for each address before anything is sent.
/// </summary>
public sealed class EgressPolicy
{
    private readonly bool _allowLoopback;
    private readonly string[] _allowHosts;
    private readonly string[] _denyHosts;
    private readonly IPNetwork[] _allowNetworks;
    private readonly IPNetwork[] _denyNetworks;
    private readonly int[] _allowPorts;

    public EgressPolicy(EgressOptions options, EgressLists? org = null)
    {
        _allowLoopback = options.AllowLoopback;
        _allowHosts = Hosts(org is { AllowHosts.Count: > 0 } ? org.AllowHosts : options.AllowHosts);
        _denyHosts = Hosts(options.DenyHosts.Concat(org?.DenyHosts ?? []));
        _allowNetworks = [.. options.AllowNetworks.Concat(org?.AllowNetworks ?? []).Select(IPNetwork.Parse)];
        _denyNetworks = [.. options.DenyNetworks.Concat(org?.DenyNetworks ?? []).Select(IPNetwork.Parse)];
        _allowPorts = [.. options.AllowPorts];
    }

    /// <summary>Null when the URL may be called; otherwise why not.</summary>
    public string? WhyNot(Uri url)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)) return "only http and https URLs may be called";
        if (url.UserInfo.Length > 0) return "credentials in a URL end up in logs; send them in a header";

        var host = Canonical(url.IdnHost);
        if (host.Length == 0) return "the URL names no host";
        if (_denyHosts.Any(pattern => Matches(pattern, host))) return $"host {host} is on the deny list";
        if (_allowHosts.Length > 0 && !_allowHosts.Any(pattern => Matches(pattern, host))) return $"host {host} is not on the allow list";
        if (_allowPorts.Length > 0 && !_allowPorts.Contains(url.Port)) return $"port {url.Port} is not on the allow list";

        // Uri and inet_aton agree on what counts as an address (127.1, 0x7f000001, 2130706433, 017700000001); a literal needs no resolver.
        return IPAddress.TryParse(host, out var address) ? WhyNot(address) : null;
    }

    /// <summary>Null when the address may be connected to; otherwise why not.</summary>
    public string? WhyNot(IPAddress address)
    {
        var forms = AddressClassifier.Forms(address).ToArray();
        if (forms.Any(form => _denyNetworks.Any(network => network.Contains(form)))) return $"{address} is in a denied network";

        var kind = AddressClassifier.Classify(address);
        var allowed = kind switch
        {
            AddressKind.Public => true,
            AddressKind.Loopback => _allowLoopback || InAllowedNetwork(forms[0]),
            AddressKind.Private or AddressKind.Reserved => InAllowedNetwork(forms[0]),
            _ => false,
        };
        return allowed ? null : $"{address} is {Describe(kind)}";
    }

    private bool InAllowedNetwork(IPAddress address) => _allowNetworks.Any(network => network.Contains(address));

    private static string Describe(AddressKind kind) => kind switch
    {
        AddressKind.Loopback => "a loopback address",
        AddressKind.Private => "a private address",
        AddressKind.LinkLocal => "a link-local address",
        AddressKind.Metadata => "a cloud metadata address",
        AddressKind.Multicast => "a multicast or broadcast address",
        AddressKind.Unspecified => "the unspecified address",
        _ => "a reserved address",
    };

    private static bool Matches(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.Ordinal)
        : pattern == host;

    private static string[] Hosts(IEnumerable<string> hosts) => [.. hosts.Select(host => Canonical(host.Trim())).Where(host => host.Length > 0)];

    /// <summary>Lower case, without the dot of the root (<c>localhost.</c> is localhost) and without the brackets of IPv6.</summary>
    private static string Canonical(string host) => host.TrimEnd('.').TrimStart('[').TrimEnd(']').ToLowerInvariant();
}

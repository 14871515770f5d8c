using System.Net;
using System.Net.Sockets;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>
/// Says what an address is good for, looking through every form that carries an IPv4 address inside an IPv6 one: the network
/// in between may unwrap it, so the worse of the two counts.
/// </summary>
public static class AddressClassifier
{
    /// <summary>The first match decides; all that matches nothing is public.</summary>
    private static readonly (IPNetwork Network, AddressKind Kind)[] V4 = Table(
        ("169.254.169.253/32", AddressKind.Metadata),    // AWS resolver
        ("169.254.169.254/32", AddressKind.Metadata),    // AWS, Azure, GCP, OpenStack, DigitalOcean
        ("169.254.170.2/32", AddressKind.Metadata),      // AWS task credentials
        ("169.254.170.23/32", AddressKind.Metadata),     // AWS pod identity
        ("100.100.100.200/32", AddressKind.Metadata),    // Alibaba
        ("168.63.129.16/32", AddressKind.Metadata),      // Azure host agent
        ("192.0.0.192/32", AddressKind.Metadata),        // Oracle
        ("0.0.0.0/8", AddressKind.Unspecified),
        ("127.0.0.0/8", AddressKind.Loopback),
        ("10.0.0.0/8", AddressKind.Private),
        ("172.16.0.0/12", AddressKind.Private),
        ("192.168.0.0/16", AddressKind.Private),
        ("100.64.0.0/10", AddressKind.Private),
        ("169.254.0.0/16", AddressKind.LinkLocal),
        ("192.0.0.0/24", AddressKind.Reserved),
        ("192.0.2.0/24", AddressKind.Reserved),          // documentation, as the next two
        ("198.51.100.0/24", AddressKind.Reserved),
        ("203.0.113.0/24", AddressKind.Reserved),
        ("192.88.99.0/24", AddressKind.Reserved),        // 6to4 relays
        ("198.18.0.0/15", AddressKind.Reserved),         // benchmarks
        ("255.255.255.255/32", AddressKind.Multicast),
        ("224.0.0.0/4", AddressKind.Multicast),
        ("240.0.0.0/4", AddressKind.Reserved));

    private static readonly (IPNetwork Network, AddressKind Kind)[] V6 = Table(
        ("fd00:ec2::/32", AddressKind.Metadata),         // AWS
        ("fd20:ce::254/128", AddressKind.Metadata),      // GCP
        ("fd00:42::42/128", AddressKind.Metadata),       // Scaleway
        ("::/128", AddressKind.Unspecified),
        ("::1/128", AddressKind.Loopback),
        ("fc00::/7", AddressKind.Private),
        ("fec0::/10", AddressKind.Private),
        ("64:ff9b:1::/48", AddressKind.Private),         // translation into somebody's own network
        ("fe80::/10", AddressKind.LinkLocal),
        ("ff00::/8", AddressKind.Multicast),
        ("64:ff9b::/96", AddressKind.Public),            // NAT64: the embedded address decides
        ("2001:db8::/32", AddressKind.Reserved),
        ("3fff::/20", AddressKind.Reserved),
        ("2001:2::/48", AddressKind.Reserved),
        ("2001:10::/28", AddressKind.Reserved),
        ("2001:20::/28", AddressKind.Reserved),
        ("2001::/32", AddressKind.Reserved),             // Teredo: the far end is anybody's guess
        ("2002::/16", AddressKind.Reserved),             // 6to4: likewise
        ("2000::/3", AddressKind.Public),
        ("::/0", AddressKind.Reserved));                 // only 2000::/3 has been given out

    public static AddressKind Classify(IPAddress address)
    {
        var worst = AddressKind.Public;
        foreach (var form in Forms(address))
        {
            var kind = Lookup(form);
            if (kind > worst) worst = kind;
        }

        return worst;
    }

    /// <summary>The address in its plain form, followed by every IPv4 address that it carries.</summary>
    public static IEnumerable<IPAddress> Forms(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        yield return address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6) yield break;

        var bytes = address.GetAddressBytes();
        if (Begins(bytes, 0x20, 0x02)) yield return V4At(bytes, 2);                                    // 6to4
        if (Begins(bytes, 0x20, 0x01, 0, 0))                                                           // Teredo: server, then client inverted
        {
            yield return V4At(bytes, 4);
            yield return new IPAddress(Invert(bytes.AsSpan(12, 4)));
        }

        if (Begins(bytes, 0, 0x64, 0xff, 0x9b)) yield return V4At(bytes, 12);                          // NAT64, both prefixes
        if (Begins(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)) yield return V4At(bytes, 12);      // SIIT
        if (Begins(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) && !IsShort(bytes)) yield return V4At(bytes, 12); // IPv4-compatible
        if (bytes[8] is 0x00 or 0x02 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe) yield return V4At(bytes, 12); // ISATAP
    }

    private static AddressKind Lookup(IPAddress address)
    {
        foreach (var (network, kind) in address.AddressFamily == AddressFamily.InterNetwork ? V4 : V6)
        {
            if (network.Contains(address)) return kind;
        }

        return AddressKind.Public;
    }

    /// <summary><c>::</c> and <c>::1</c> are themselves, not a form of 0.0.0.1.</summary>
    private static bool IsShort(byte[] bytes) => bytes[12] == 0 && bytes[13] == 0 && bytes[14] == 0 && bytes[15] <= 1;

    private static bool Begins(byte[] bytes, params ReadOnlySpan<byte> prefix) => bytes.AsSpan().StartsWith(prefix);

    private static IPAddress V4At(byte[] bytes, int offset) => new(bytes.AsSpan(offset, 4));

    private static byte[] Invert(ReadOnlySpan<byte> bytes) => [(byte)~bytes[0], (byte)~bytes[1], (byte)~bytes[2], (byte)~bytes[3]];

    private static (IPNetwork Network, AddressKind Kind)[] Table(params (string Cidr, AddressKind Kind)[] rows) =>
        [.. rows.Select(row => (IPNetwork.Parse(row.Cidr), row.Kind))];
}

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>What an IP address is good for, from a caller's point of view. Ordered: a higher kind is the worse one.</summary>
public enum AddressKind
{
    /// <summary>Somewhere on the internet.</summary>
    Public,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>Somebody's own network: RFC 1918, unique local, carrier-grade NAT.</summary>
    Private,

    /// <summary>Set aside by a registry, or a tunnel that hides where it leads: nothing legitimate listens there.</summary>
    Reserved,

    /// <summary>Many receivers at once, broadcast included.</summary>
    Multicast,

    /// <summary>No address at all; most systems take it for themselves.</summary>
    Unspecified,

    /// <summary>The wire this machine is plugged into.</summary>
    LinkLocal,

    /// <summary>Where clouds hand out their machines' credentials.</summary>
    Metadata,
}

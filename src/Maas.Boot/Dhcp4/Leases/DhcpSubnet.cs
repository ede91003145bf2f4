using System.Net;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>A subnet: which addresses may be leased on it, and the parameters of its clients.</summary>
/// <example>
/// <code>
/// var subnet = new DhcpSubnet
/// {
///     Network = IPNetwork.Parse("10.0.0.0/24"),
///     Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")],
///     Routers = [IPAddress.Parse("10.0.0.1")],
/// };
/// </code>
/// </example>
public sealed record DhcpSubnet
{
    /// <summary>The subnet's network.</summary>
    public required IPNetwork Network { get; init; }

    /// <summary>The addresses leased to any client; none when only reservations are served.</summary>
    public IReadOnlyList<AddressRange> Ranges { get; init; } = [];

    /// <summary>Addresses within <see cref="Ranges"/> that are never leased: statically configured machines.</summary>
    public IReadOnlyList<AddressRange> Exclusions { get; init; } = [];

    /// <summary>Addresses kept for certain clients, inside or outside of <see cref="Ranges"/>.</summary>
    public IReadOnlyList<AddressReservation> Reservations { get; init; } = [];

    /// <summary>Option 3: routers, best first; none leaves it out.</summary>
    public IReadOnlyList<IPAddress> Routers { get; init; } = [];

    /// <summary>Option 6: name servers, best first; none leaves it out.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>Option 15: the domain clients resolve names in; <see langword="null"/> leaves it out.</summary>
    public string? DomainName { get; init; }

    /// <summary>Option 119: the domains clients search short names in; none leaves it out.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>
    /// Option 117: the naming services clients ask, in this order, each by the code of the option that lists its servers, 0 for local files
    /// (RFC 2937); none leaves it out.
    /// </summary>
    public IReadOnlyList<ushort> NameServices { get; init; } = [];

    /// <summary>
    /// Option 121: routes to other networks than the client's; none leaves it out. The default route by the first of
    /// <see cref="Routers"/> is added, because a client that reads this option reads no other routes (RFC 3442).
    /// </summary>
    public IReadOnlyList<ClasslessRoute> Routes { get; init; } = [];

    /// <summary>
    /// Option 108: how long a client that can do without IPv4 shall do without (RFC 8925), at least 5 min; <see langword="null"/> leaves it
    /// out. A client that asks for the option is then offered 0.0.0.0 and no address is kept for it, even one reserved for it; if it
    /// requests an address all the same, it gets it.
    /// </summary>
    public TimeSpan? IPv6OnlyTime { get; init; }

    /// <summary>Option 42: NTP servers; none leaves it out.</summary>
    public IReadOnlyList<IPAddress> TimeServers { get; init; } = [];

    /// <summary>Option 26: the MTU of the link, at least 68; <see langword="null"/> leaves it out.</summary>
    public ushort? Mtu { get; init; }

    /// <summary>Further options, sent as they are unless the server sets them itself.</summary>
    public IReadOnlyList<DhcpOptionValue> Options { get; init; } = [];

    /// <summary>How long a lease lasts; 1 h unless told otherwise.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a lease lasts that firmware takes to boot; 10 min unless told otherwise. An installed system with another client identifier
    /// soon leaves it unused.
    /// </summary>
    public TimeSpan FirmwareLeaseTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest lease a client may ask for (option 51); 1 day unless told otherwise.</summary>
    public TimeSpan LongestLeaseTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Subnets of one name share a link: a client may get an address of any of them. <see langword="null"/> when the subnet is alone on its
    /// link.
    /// </summary>
    public string? SharedNetwork { get; init; }

    /// <summary>Circuits of relays (option 82 sub-option 1) whose clients get this subnet, whatever the relay's address is.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Circuits { get; init; } = [];

    /// <summary>Addresses of relays outside of <see cref="Network"/> that serve it all the same.</summary>
    public IReadOnlyList<IPAddress> Relays { get; init; } = [];
}

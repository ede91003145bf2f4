using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Hosting;

/// <summary>
/// A network that machines boot from. One of <see cref="Interface"/>, <see cref="Loopback"/> and <see cref="Network"/> is set.
/// </summary>
public sealed class MaasNetworkOptions
{
    static MaasNetworkOptions() => NetworkTypeConverters.Register();

    /// <summary>
    /// The network interface, such as <c>eth1</c>. It must have an IPv4 address, whose network is served; with <see cref="Prefix6"/> and
    /// <see cref="DhcpMode.Observe"/>, an address of the prefix is enough.
    /// </summary>
    public string? Interface { get; set; }

    /// <summary>
    /// Serve DHCP and TFTP at this address and these unprivileged ports instead of an interface: for demonstrations and tests on loopback.
    /// </summary>
    public LoopbackBoot? Loopback { get; set; }

    /// <summary>
    /// A network behind a DHCP relay, such as <c>10.1.0.0/24</c>, on which this host has no interface. Its clients' requests arrive at
    /// another network of this host, and the address of the relay selects this one.
    /// </summary>
    public IPNetwork? Network { get; set; }

    /// <summary>Addresses of relays outside of <see cref="Network"/> that serve it. Default none.</summary>
    public IList<IPAddress> Relays { get; } = [];

    /// <summary>
    /// Whether addresses are leased (<see cref="DhcpMode.Full"/>), another server's offers are completed, or nothing is answered.
    /// </summary>
    public DhcpMode Mode { get; set; } = DhcpMode.Full;

    /// <summary>
    /// Whether addresses are leased although another DHCP server answers on the network. Default false: DHCP then waits and looks again,
    /// the first time after a second and later every half minute, while everything else is served.
    /// </summary>
    public bool AllowOtherDhcpServers { get; set; }

    /// <summary>
    /// Which clients this host answers at once, where several hosts lease the addresses of this link from one store (RFC 3074);
    /// <see langword="null"/>, the default, for all: each client is answered by each host, and chooses. In full mode, IPv4. Each host of
    /// the link has the same <see cref="DhcpLoadSplitOptions.Servers"/> and a <see cref="DhcpLoadSplitOptions.Server"/> of its own, which
    /// configuration must contain. A host with an interface on the link also decides for the relays that send it requests.
    /// </summary>
    public DhcpLoadSplitOptions? LoadSplit { get; set; }

    /// <summary>The addresses leased in full mode, inside of the network.</summary>
    public AddressRange? Range { get; set; }

    /// <summary>
    /// The IPv6 prefix of the network, such as <c>fd00:77::/64</c>, of which <see cref="Interface"/> has an address: machines then boot
    /// over IPv6 too, by DHCPv6, router advertisements and TFTP. The web host must listen on IPv6 as well (<c>http://[::]:5240</c> takes
    /// both). <see langword="null"/>, the default, leaves IPv6 to others.
    /// </summary>
    public IPNetwork? Prefix6 { get; set; }

    /// <summary>
    /// The IPv6 addresses leased, inside of <see cref="Prefix6"/>; <see langword="null"/>, the default, for the 4,096 from <c>::1000</c>
    /// on.
    /// </summary>
    public AddressRange6? Range6 { get; set; }

    /// <summary>
    /// Addresses kept for certain machines, in the network or in <see cref="Prefix6"/>. Default none. <see cref="MaasNetworks"/> changes
    /// them while the host runs.
    /// </summary>
    public IList<NetworkReservation> Reservations { get; } = [];

    /// <summary>The routers of leased machines, best first. Default none.</summary>
    public IList<IPAddress> Routers { get; } = [];

    /// <summary>
    /// The name servers of leased machines, best first. Default: this server, where it serves <see cref="LinkServices.Dns"/>.
    /// </summary>
    public IList<IPAddress> NameServers { get; } = [];

    /// <summary>
    /// What else is served on the network. <see langword="null"/>, the default: everything in full mode, where the network is ours, and
    /// nothing in the others.
    /// </summary>
    public LinkServices? Services { get; set; }

    /// <summary>
    /// The resolvers that DNS asks for names outside of <see cref="MaasOptions.Domain"/>, the first first; only machines on the network may
    /// ask for those. Default none: they are refused.
    /// </summary>
    public IList<IPEndPoint> DnsForwarders { get; } = [];

    /// <summary>What is served beside DHCP and TFTP.</summary>
    internal LinkServices EffectiveServices => Services ?? (Mode == DhcpMode.Full ? LinkServices.All : LinkServices.None);

    /// <summary>Whether it is a network behind a relay.</summary>
    internal bool IsRelayed => Network is not null;
}

/// <summary>An address kept for one machine.</summary>
public sealed class NetworkReservation
{
    static NetworkReservation() => NetworkTypeConverters.Register();

    /// <summary>The machine's hardware address. It must be set.</summary>
    public HardwareAddress Hardware { get; set; }

    /// <summary>The address, IPv4 or IPv6. It must be set.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>The name that DHCPv4 gives the machine; <see langword="null"/>, the default, for none.</summary>
    public string? HostName { get; set; }
}

/// <summary>Ports on loopback in the place of a network interface.</summary>
/// <param name="Address">Where DHCP and TFTP listen.</param>
/// <param name="DhcpPort">The DHCP port; 0 takes a free one.</param>
/// <param name="TftpPort">The TFTP port; 0 takes a free one.</param>
/// <param name="Network">The network that clients, who come through a relay, are leased addresses of.</param>
public sealed record LoopbackBoot(IPAddress Address, int DhcpPort, int TftpPort, IPNetwork Network)
{
    /// <summary>The port of DNS, UDP and TCP; 0, the default, takes a free one.</summary>
    public int DnsPort { get; init; }

    /// <summary>The port of SNTP; 0, the default, takes a free one.</summary>
    public int TimePort { get; init; }

    /// <summary>The port of syslog; 0, the default, takes a free one.</summary>
    public int SyslogPort { get; init; }
}

using System.Net;
using Maas.Boot;
using Maas.Testing.Network;
using Maas.Testing.Virtual;

namespace Maas.Testing;

/// <summary>How a simulated machine reaches the servers.</summary>
/// <remarks>
/// By default its DHCP packets pass a simulated relay agent on <see cref="Relay"/>, which asks the server to answer to its own UDP port
/// (RFC 8357): no root and no port below 1024 is needed. When the server leases addresses of 127.0.0.0/8, which Linux
/// lets anyone use, the machine sends everything from the address it was given. With <see cref="Interface"/> it broadcasts
/// on a real link instead, which needs root.
/// </remarks>
public sealed record SimulatedNetwork
{
    /// <summary>
    /// Where the DHCP servers listen; each is sent what a broadcast would bring them. Not used with <see cref="Interface"/>.
    /// </summary>
    public IReadOnlyList<IPEndPoint> DhcpServers { get; init; } = [];

    /// <summary>The address of the relay agent, from whose subnet the server allocates; a local one. Default 127.0.0.1.</summary>
    public IPAddress Relay { get; init; } = IPAddress.Loopback;

    /// <summary>
    /// The network interface to broadcast on, such as <c>eth0</c>; <see langword="null"/>, the default, to go through the relay.
    /// </summary>
    public string? Interface { get; init; }

    /// <summary>
    /// The network in memory that the machine is on, which it broadcasts to; <see langword="null"/>, the default, for sockets of this host.
    /// Its clock is the machine's.
    /// </summary>
    public VirtualNetwork? Virtual { get; init; }

    /// <summary>What the machine's link to <see cref="Virtual"/> does to datagrams.</summary>
    public LinkConditions Link { get; init; } = LinkConditions.Lan;

    /// <summary>
    /// The segment of <see cref="Virtual"/> that the machine is on, and that its broadcasts reach; empty, the default, for that of hosts
    /// that were added without one.
    /// </summary>
    public string Segment { get; init; } = "";

    /// <summary>The TFTP servers' port; 69, or where a server without privileges listens.</summary>
    public int TftpPort { get; init; } = 69;

    /// <summary>The port of a proxy-DHCP's boot service; 4011 (PXE 2.1 section 2.2).</summary>
    public int BootServicePort { get; init; } = 4011;

    /// <summary>
    /// How long the first DHCP attempt waits; doubled for each further one. 4 s, as firmware does (RFC 2131 section 4.1).
    /// </summary>
    public TimeSpan DhcpPatience { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How many DHCP attempts there are; 4.</summary>
    public int DhcpAttempts { get; init; } = 4;

    /// <summary>How long a client with an address and no boot file waits for a proxy to name one; 1 s.</summary>
    public TimeSpan ProxyPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a TFTP client waits before it says its last packet again; 1 s, doubled up to eightfold while nothing comes.
    /// </summary>
    public TimeSpan TftpPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What goes wrong with datagrams on the way; nothing, unless told otherwise.</summary>
    public DatagramFaults Faults { get; init; } = DatagramFaults.None;

    /// <summary>What a machine is connected with.</summary>
    internal MachineLink LinkOf(HardwareAddress mac) =>
        Virtual is { } inMemory ? new MemoryLink(inMemory, mac, Link, Segment) : new SocketLink(Interface, Relay);
}

using System.Net;

namespace Maas.Core.Topology;

/// <summary>
/// What the DHCP servers of this host know: which addresses they lease, and which other servers they saw. Each host knows its own links;
/// the leases of hosts that share a store are those of all of them.
/// </summary>
/// <remarks><c>Maas.Hosting</c> implements it; the API and the dashboard use it where it is registered.</remarks>
public interface IDhcpStatus
{
    /// <summary>The addresses that clients have now, IPv4 before IPv6.</summary>
    IReadOnlyList<LeasedAddress> ListLeases();

    /// <summary>The other DHCP servers that were seen on the links in the last hour, the last one of each link.</summary>
    IReadOnlyList<SeenDhcpServer> ListOtherServers();
}

/// <summary>An address that a client has by DHCP.</summary>
/// <param name="Address">The address.</param>
/// <param name="MacAddress">The client's; <see langword="null"/> when it did not say.</param>
/// <param name="Since">Since when it has the address.</param>
/// <param name="Ends">When the lease ends unless it is renewed.</param>
/// <param name="Hostname">What the client calls itself; empty when it does not. It is not authenticated.</param>
/// <param name="Reason">Why the client got this address, in words.</param>
public sealed record LeasedAddress(
    IPAddress Address, MacAddress? MacAddress, DateTimeOffset Since, DateTimeOffset Ends, string Hostname, string Reason);

/// <summary>A DHCP server that is not this one.</summary>
/// <param name="Link">The name of the interface that it was seen on.</param>
/// <param name="Server">Its address.</param>
/// <param name="LastSeen">When a packet of it, or of a client that chose it, was seen last.</param>
public sealed record SeenDhcpServer(string Link, IPAddress Server, DateTimeOffset LastSeen);

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Whether an address that a packet names (giaddr, ciaddr, the source) is one to send a reply to: that of one host, which is not this
/// server. Otherwise a forged packet could make the server broadcast or multicast to uninvolved hosts, or answer itself.
/// </summary>
internal sealed class UnicastFilter
{
    private readonly IPv4Address[] _own;
    private readonly (IPv4Address First, IPv4Address Last)[] _networks;
    private readonly ushort _port;
    private readonly bool _servesLoopback;

    /// <param name="server">This server's address on the link.</param>
    /// <param name="port">The port it serves.</param>
    /// <param name="attached">The addresses of its interface, each with the length of its prefix.</param>
    public UnicastFilter(IPv4Address server, ushort port, params IEnumerable<(IPv4Address Address, int PrefixLength)> attached)
    {
        var addresses = attached.ToArray();
        _own = [.. addresses.Select(a => a.Address).Append(server).Distinct()];
        _networks =
        [
            .. addresses.Where(a => a.PrefixLength <= LongestPrefixWithBroadcast)
                .Select(a => (a.Address.FirstOf(a.PrefixLength), a.Address.LastOf(a.PrefixLength)))
                .Distinct()
        ];
        _port = port;
        _servesLoopback = Array.Exists(_own, a => a.IsNone || a.IsLoopback); // 0.0.0.0 is every address
    }

    // A network of 31 or 32 bits has neither an address of its own nor a broadcast address (RFC 3021).
    private const int LongestPrefixWithBroadcast = 30;

    /// <summary>The filter of a link on an interface, or, without one, on a local address alone.</summary>
    public static UnicastFilter On(NetworkInterface? device, IPv4Address server, IPEndPoint local) =>
        new(server, (ushort)local.Port, device is null
        ? [(local.Address.ToIPv4(), 32)]
        : device.GetIPProperties().UnicastAddresses.Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(a => (a.Address.ToIPv4(), a.PrefixLength)));

    /// <summary>Whether a reply may go there. What is sent to everybody on the link, because no packet names an address, may.</summary>
    /// <param name="route">Where the reply would go.</param>
    /// <param name="subnet">The client's subnet, as far as known: nothing is sent to its broadcast address either.</param>
    public bool Allows(in ReplyRoute route, IPNetwork? subnet = null)
    {
        if (route.Target is not (ReplyTarget.Relay or ReplyTarget.Client)) return true;
        var address = route.Address;
        // this network (RFC 1122), multicast, reserved and broadcast
        if (address.Value >> 24 == 0 || address.Value >> 29 == 7) return false;
        if (address.IsLoopback && !_servesLoopback) return false;
        // A relay on this host listens at a port of its own (RFC 8357); on loopback everybody is this host.
        if (Array.IndexOf(_own, address) >= 0 && (route.Port == _port || (route.Target == ReplyTarget.Client && !_servesLoopback)))
            return false;
        foreach (var (first, last) in _networks)
            if (address == first || address == last) return false;
        if (subnet is not { PrefixLength: <= LongestPrefixWithBroadcast } served) return true;
        var network = served.BaseAddress.ToIPv4();
        return address != network && address != network.LastOf(served.PrefixLength);
    }
}

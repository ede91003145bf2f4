using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

internal static partial class DhcpResponder
{
    /// <summary>
    /// The parameters of a client's subnet. Mask, routers, name servers and domain go to all clients, requested or not, since
    /// no client can do without; the rest to clients that request them (option 55) or have no list.
    /// </summary>
    private static void SetParameters(DhcpSubnet subnet, in AddressResult address, DhcpMessage request, DhcpOptions options)
    {
        var asked = request.Options.Get(DhcpOptionCode.ParameterRequestList);
        var network = subnet.Network.BaseAddress.ToIPv4();
        var mask = IPv4Address.Mask(subnet.Network.PrefixLength);
        options.Set(DhcpOptionCode.SubnetMask, mask); // before the routers (RFC 2132 section 3.3)
        if (subnet.Network.PrefixLength <= 30) options.Set(DhcpOptionCode.BroadcastAddress, network.LastOf(subnet.Network.PrefixLength));
        if (subnet.Routers.Count > 0) options.Set(DhcpOptionCode.Router, subnet.Routers);
        if (subnet.NameServers.Count > 0) options.Set(DhcpOptionCode.DomainNameServer, subnet.NameServers);
        if (subnet.DomainName is { Length: > 0 } domain) options.Set(DhcpOptionCode.DomainName, domain);
        if (address.HostName is { Length: > 0 } host) options.Set(DhcpOptionCode.HostName, host);
        if (subnet.Mtu is { } mtu && Wants(asked, DhcpOptionCode.InterfaceMtu)) options.Set(DhcpOptionCode.InterfaceMtu, mtu);
        if (subnet.TimeServers.Count > 0 && Wants(asked, DhcpOptionCode.NtpServer))
            options.Set(DhcpOptionCode.NtpServer, subnet.TimeServers);
        if (subnet.SearchDomains.Count > 0 && Wants(asked, DhcpOptionCode.DomainSearch))
            DomainSearchList.Set(options, subnet.SearchDomains);
        if (subnet.NameServices.Count > 0 && Wants(asked, DhcpOptionCode.NameServiceSearch))
            NameServiceSearch.Set(options, subnet.NameServices);
        if (subnet.Routes.Count > 0 && Wants(asked, DhcpOptionCode.ClasslessStaticRoute)) ClasslessRoute.Set(options, WithDefault(subnet));
        // never unasked (RFC 8925 section 3.3)
        if (subnet.IPv6OnlyTime is { } wait && asked.Contains((byte)DhcpOptionCode.IPv6OnlyPreferred))
            options.Set(DhcpOptionCode.IPv6OnlyPreferred, (uint)wait.TotalSeconds);
        for (var i = 0; i < subnet.Options.Count; i++) // no foreach: it would allocate for every packet
            if (!options.Contains(subnet.Options[i].Code)) options.Set(subnet.Options[i].Code, subnet.Options[i].Value.Span);
    }

    private static IReadOnlyList<ClasslessRoute> WithDefault(DhcpSubnet subnet) =>
        subnet.Routers.Count == 0 || subnet.Routes.Any(r => r.Destination.PrefixLength == 0)
            ? subnet.Routes
            : [.. subnet.Routes, new(new IPNetwork(IPAddress.Any, 0), subnet.Routers[0])];

    private static bool Wants(ReadOnlySpan<byte> asked, DhcpOptionCode code) => asked.IsEmpty || asked.Contains((byte)code);
}

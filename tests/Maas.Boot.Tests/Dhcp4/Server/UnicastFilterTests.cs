using System.Net;
using CsCheck;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>
/// Addresses in packets are strangers' words: a reply goes to one other host, or by broadcast on the link where the rules say so, and
/// nowhere else.
/// </summary>
public class UnicastFilterTests
{
    private static readonly (ushort Server, ushort Client) Ports = (67, 68);
    private static readonly IPNetwork Subnet = IPNetwork.Parse("10.9.0.0/16");
    private static readonly UnicastFilter Filter = new(IPv4("10.0.0.1"), 67, (IPv4("10.0.0.1"), 24), (IPv4("10.0.1.1"), 26));

    private static readonly IPv4Address[] Special = [.. ((string[])[
        "0.0.0.0", "255.255.255.255", "10.0.0.255", "10.0.0.0", "10.0.0.1", "10.0.1.1", "10.0.1.63", "10.0.1.64", "10.9.255.255",
        "10.9.0.0",
        "224.0.0.1", "239.1.2.3", "240.0.0.1", "127.0.0.1", "0.1.2.3", "10.0.0.7", "10.9.0.1"]).Select(IPv4)];

    private static readonly Gen<IPv4Address> Address = Gen.OneOf(
        Gen.UInt.Select(v => new IPv4Address(v)),
        Gen.Int[0, Special.Length - 1].Select(i => Special[i]));

    [Theory]
    [InlineData("10.0.0.255", false)]       // the link's broadcast address
    [InlineData("10.0.0.0", false)]         // as old systems broadcast
    [InlineData("10.0.1.63", false)]        // of another network of the link
    [InlineData("10.9.255.255", false)]     // of the client's subnet, behind a relay
    [InlineData("255.255.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.0.0.1", false)]         // this server
    [InlineData("10.0.1.1", false)]
    [InlineData("10.9.0.1", true)]
    [InlineData("10.0.1.64", true)]
    public void A_relay_is_answered_where_it_can_be_one(string relay, bool isAnswered)
    {
        var request = new DhcpMessage { Type = DhcpMessageType.Discover, Giaddr = IPv4(relay) };
        Allows(request).Should().Be(isAnswered);
        var inform = new DhcpMessage { Type = DhcpMessageType.Inform, Ciaddr = IPv4(relay) };
        Allows(inform).Should().Be(isAnswered, "an address that a client says is its own is no better");
    }

    [Fact]
    public void A_relay_on_this_host_is_answered_at_a_port_of_its_own() =>
        Filter.Allows(new ReplyRoute(ReplyTarget.Relay, IPv4("10.0.0.1"), 40_000)).Should().BeTrue();

    [Fact]
    public void Point_to_point_links_have_no_broadcast_address()
    {
        var filter = new UnicastFilter(IPv4("10.0.0.0"), 67, (IPv4("10.0.0.0"), 31));
        filter.Allows(new ReplyRoute(ReplyTarget.Client, IPv4("10.0.0.1"), 68), IPNetwork.Parse("10.0.0.0/31")).Should().BeTrue();
    }

    [Fact]
    public void Whatever_a_packet_says_no_reply_goes_to_a_broadcast_multicast_or_own_address_that_it_named() =>
        Gen.Select(Gen.Select(Address, Address, Address), Gen.Byte[1, 8], Gen.Byte[2, 6], Gen.Bool, Gen.Bool, Gen.UShort)
            .Sample((addresses, type, replied, broadcast, namesServer, port) =>
        {
            var request = new DhcpMessage
            {
                Type = (DhcpMessageType)type,
                Ciaddr = addresses.Item1,
                Giaddr = addresses.Item2,
                Broadcast = broadcast
            };
            if (namesServer) request.Options.Set(DhcpOptionCode.ServerIdentifier, IPv4("10.0.0.1"));
            if (port % 2 == 0) new RelayAgentInformation { UsesSourcePort = true }.AddTo(request.Options);
            var reply = new DhcpMessage { Type = (DhcpMessageType)replied, Yiaddr = IPv4("10.9.0.7") };
            foreach (var route in (ReplyRoute[])
            [
                ReplyRoute.For(request, reply, (addresses.Item3, port), Ports), ReplyRoute.ToSource((addresses.Item3, port))
            ])
            {
                if (!Filter.Allows(route, Subnet)) continue;
                if (route.Target == ReplyTarget.Broadcast)
                    route.Should().Be(new ReplyRoute(ReplyTarget.Broadcast, IPv4Address.Broadcast, 68));
                else if (route.Target == ReplyTarget.Hardware) route.Address.Should().Be(reply.Yiaddr);
                else IsOneOtherHost(route).Should().BeTrue(route.Address.ToString());
            }
        });

    // By the registries, without the code under test.
    private static bool IsOneOtherHost(ReplyRoute route)
    {
        var address = route.Address.ToIPAddress();
        foreach (var special in (string[])["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"])
            if (IPNetwork.Parse(special).Contains(address)) return false;
        foreach (var end in (string[])["10.0.0.0", "10.0.0.255", "10.0.1.0", "10.0.1.63", "10.9.0.0", "10.9.255.255"])
            if (address.Equals(IPAddress.Parse(end))) return false;
        return (route.Port != Ports.Server && route.Target == ReplyTarget.Relay)
            || !(address.Equals(IPAddress.Parse("10.0.0.1")) || address.Equals(IPAddress.Parse("10.0.1.1")));
    }

    private static bool Allows(DhcpMessage request) =>
        Filter.Allows(
            ReplyRoute.For(
                request,
                new DhcpMessage { Type = DhcpMessageType.Offer, Yiaddr = IPv4("10.9.0.7") },
                (IPv4("10.9.0.1"), 67),
                Ports),
            Subnet);

    private static IPv4Address IPv4(string address) => IPAddress.Parse(address).ToIPv4();
}

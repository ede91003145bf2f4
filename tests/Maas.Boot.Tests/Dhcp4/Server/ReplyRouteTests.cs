using System.Net;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class ReplyRouteTests
{
    private static readonly (IPv4Address, ushort) Source = (IPAddress.Parse("10.0.0.7").ToIPv4(), 40_000);

    [Fact]
    public void A_relay_is_answered_at_its_address_and_the_servers_port() =>
        Route(new DhcpMessage { RelayAddress = IPAddress.Parse("10.1.0.1") })
            .Should()
            .Be(new ReplyRoute(ReplyTarget.Relay, IPv4("10.1.0.1"), 67));

    [Fact]
    public void A_relay_that_says_so_is_answered_at_the_port_it_sends_from()
    {
        var request = new DhcpMessage { RelayAddress = IPAddress.Parse("10.1.0.1") };
        new RelayAgentInformation { UsesSourcePort = true }.AddTo(request.Options);
        Route(request).Should().Be(new ReplyRoute(ReplyTarget.Relay, IPv4("10.1.0.1"), 40_000));
    }

    [Fact]
    public void A_client_that_answers_for_an_address_is_answered_there() =>
        Route(new DhcpMessage { Type = DhcpMessageType.Request, ClientAddress = IPAddress.Parse("10.0.0.9") })
            .Should()
            .Be(new ReplyRoute(ReplyTarget.Client, IPv4("10.0.0.9"), 68));

    [Fact]
    public void A_refusal_on_the_link_is_broadcast_even_to_an_address_in_use() =>
        Route(new DhcpMessage { Type = DhcpMessageType.Request, ClientAddress = IPAddress.Parse("10.0.0.9") }, DhcpMessageType.Nak)
            .Should()
            .Be(new ReplyRoute(ReplyTarget.Broadcast, IPv4Address.Broadcast, 68));

    [Fact]
    public void A_client_that_cannot_take_unicast_yet_is_answered_by_broadcast() =>
        Route(new DhcpMessage { Broadcast = true }).Target.Should().Be(ReplyTarget.Broadcast);

    [Fact]
    public void A_client_without_address_is_answered_at_its_hardware_address() =>
        Route(new DhcpMessage()).Should().Be(new ReplyRoute(ReplyTarget.Hardware, IPv4("10.0.0.50"), 68));

    private static ReplyRoute Route(DhcpMessage request, DhcpMessageType type = DhcpMessageType.Ack) =>
        ReplyRoute.For(request, new DhcpMessage { Type = type, YourAddress = IPAddress.Parse("10.0.0.50") }, Source, (67, 68));

    private static IPv4Address IPv4(string address) => IPAddress.Parse(address).ToIPv4();
}

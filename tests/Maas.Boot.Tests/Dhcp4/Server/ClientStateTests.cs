using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class ClientStateTests
{
    private static readonly IPv4Address Server = IPAddress.Parse("10.0.0.1").ToIPv4();

    [Fact]
    public void A_request_with_our_identifier_selects() => Kind("10.0.0.1", "10.0.0.9", null).Should().Be(AddressRequestKind.Select);

    [Fact]
    public void A_request_with_another_identifier_took_another_offer() =>
        Kind("10.0.0.2", "10.0.0.9", null).Should().Be(AddressRequestKind.TookAnother);

    [Fact]
    public void A_request_without_identifier_verifies_a_remembered_address() =>
        Kind(null, "10.0.0.9", null).Should().Be(AddressRequestKind.Verify);

    [Fact]
    public void A_request_from_an_address_in_use_extends_it() => Kind(null, null, "10.0.0.9").Should().Be(AddressRequestKind.Extend);

    [Fact]
    public void A_request_without_any_address_asks_nothing() => Kind(null, null, null).Should().BeNull();

    [Theory]
    [InlineData(DhcpMessageType.Decline)]
    [InlineData(DhcpMessageType.Release)]
    public void A_decline_or_release_for_another_server_is_not_ours(DhcpMessageType type)
    {
        var message = Message("10.0.0.2", "10.0.0.9", "10.0.0.9");
        message.Type = type;
        ClientState.Of(message, Server).Kind.Should().BeNull();
    }

    [Fact]
    public void The_link_is_what_the_relay_selects_before_what_it_is()
    {
        var message = Message(null, null, null);
        message.RelayAddress = IPAddress.Parse("192.168.0.1");
        ClientState.LinkOf(message, Server).Should().Be(IPAddress.Parse("192.168.0.1").ToIPv4());
        new RelayAgentInformation { LinkSelection = IPAddress.Parse("10.9.0.0") }.AddTo(message.Options);
        ClientState.LinkOf(message, Server).Should().Be(IPAddress.Parse("10.9.0.0").ToIPv4());
    }

    [Fact]
    public void A_client_that_speaks_for_a_relay_does_not_choose_its_link()
    {
        var message = Message(null, null, null);
        new RelayAgentInformation { LinkSelection = IPAddress.Parse("10.9.0.0") }.AddTo(message.Options);
        ClientState.LinkOf(message, Server).Should().Be(Server);
    }

    [Fact]
    public void The_link_without_a_relay_is_the_servers_own() => ClientState.LinkOf(Message(null, null, null), Server).Should().Be(Server);

    // RFC 2131 table 5: ciaddr is 0 in all but these, and who has it there all the same answers no ARP for it.
    [Theory]
    [InlineData(DhcpMessageType.Discover, false, false)]
    [InlineData(DhcpMessageType.Request, true, false)]  // SELECTING
    [InlineData(DhcpMessageType.Request, false, true)]  // RENEWING, REBINDING
    [InlineData(DhcpMessageType.Inform, false, true)]
    [InlineData(DhcpMessageType.Release, true, true)]
    [InlineData(DhcpMessageType.Decline, true, false)]
    public void An_address_is_in_use_only_where_the_client_is_configured(DhcpMessageType type, bool namesServer, bool isInUse)
    {
        foreach (var address in (string[])["10.0.0.9", "192.168.5.5"])
        {
            var message = Message(namesServer ? "10.0.0.1" : null, null, address);
            message.Type = type;
            ClientState.AddressInUse(message).Should().Be(isInUse ? IPAddress.Parse(address).ToIPv4() : default);
            ClientState.LinkOf(message, Server)
                .Should()
                .Be(isInUse ? IPAddress.Parse(address).ToIPv4() : Server, "the client is on the link that it asks on");
            var reply = new DhcpMessage { Type = DhcpMessageType.Offer, YourAddress = IPAddress.Parse("10.0.0.50") };
            ReplyRoute.For(message, reply, default, (67, 68)).Target.Should().Be(isInUse ? ReplyTarget.Client : ReplyTarget.Hardware);
            message.Broadcast = true;
            ReplyRoute.For(message, reply, default, (67, 68)).Target.Should().Be(isInUse ? ReplyTarget.Client : ReplyTarget.Broadcast);
        }
    }

    private static AddressRequestKind? Kind(string? server, string? requested, string? client) =>
        ClientState.Of(Message(server, requested, client), Server).Kind;

    private static DhcpMessage Message(string? server, string? requested, string? client)
    {
        var message = new DhcpMessage { Type = DhcpMessageType.Request };
        if (server is not null) message.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse(server));
        if (requested is not null) message.Options.Set(DhcpOptionCode.RequestedAddress, IPAddress.Parse(requested));
        if (client is not null) message.ClientAddress = IPAddress.Parse(client);
        return message;
    }
}

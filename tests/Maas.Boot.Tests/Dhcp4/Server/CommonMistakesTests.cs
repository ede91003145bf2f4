using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Clients that say one thing wrongly are answered as if they had not said it: they boot beside any other server.</summary>
public class CommonMistakesTests
{
    [Theory]
    [InlineData("3d00", "a client identifier without octets")]
    [InlineData("3d01 00", "a client identifier of one octet (RFC 2132 section 9.14)")]
    [InlineData("3d01 01", "a client identifier of a type alone")]
    [InlineData("3700", "an empty list of options")]
    [InlineData("3901 40", "a message size of one octet")]
    [InlineData("3902 0010", "a message size below the least")]
    [InlineData("3203 0a0000", "an address of three octets")]
    [InlineData("3204 00000000", "no address as the one asked for")]
    [InlineData("3302 0e10", "a lease time of two octets")]
    [InlineData("3304 00000000", "a lease time of nothing")]
    [InlineData("0c00", "an empty name")]
    [InlineData("0c04 68007800", "a name with NULs")]
    [InlineData("3c00", "an empty vendor class")]
    [InlineData("5d01 00", "an architecture of one octet")]
    [InlineData("6110 00112233445566778899aabbccddeeff", "a machine's UUID without its type")]
    [InlineData("4d05 ff69505845", "a user class whose length leads out of it")]
    [InlineData("2b03 010203", "vendor options that lead out of themselves")]
    [InlineData("7602 0a00", "a subnet selection of two octets")]
    [InlineData("5000 5000", "an option twice")]
    [InlineData("3401 00", "an overload of nothing")]
    [InlineData("0000 00", "padding")]
    public async Task A_malformed_option_counts_as_absent(string option, string mistake)
    {
        var scene = await LeaseScene.OpenAsync();
        var plain = await OfferAsync(scene, ClientPackets.Message("350101 ff"), mistake);
        (await OfferAsync(scene, ClientPackets.Message($"350101 {option} ff"), mistake)).Should().Be(plain, mistake);
    }

    [Theory]
    [InlineData("350101", "no END")]
    [InlineData("350101 00", "no END but padding")]
    [InlineData("350101 0c", "one octet of an option")]
    [InlineData("350101 ff 0c", "octets behind the END")]
    [InlineData("350101 ff 0c ff 01", "octets behind the END")]
    public async Task What_strays_at_the_end_of_a_message_is_passed_over(string options, string mistake)
    {
        var scene = await LeaseScene.OpenAsync();
        (await OfferAsync(scene, ClientPackets.Message(options), mistake)).Should().NotBeNull(mistake);
    }

    [Fact]
    public async Task A_client_identifier_of_one_octet_is_returned_as_it_came_and_makes_no_two_clients_one()
    {
        var scene = await LeaseScene.OpenAsync();
        var (first, second) = (
            ClientPackets.Message("350101 3d0101 ff", "52:54:00:00:00:01"),
            ClientPackets.Message("350101 3d0101 ff", "52:54:00:00:00:02"));
        (await OfferAsync(scene, first, "")).Should().NotBe(await OfferAsync(scene, second, ""), "they are two machines");
        var reply = new DhcpMessage();
        var context = new DhcpResponseContext(new IPv4Address(1), scene.Ask(AddressRequestKind.Discover, first), null);
        DhcpResponder.Respond(first, context, reply).Should().BeTrue();
        reply.Options.Get(DhcpOptionCode.ClientIdentifier).ToArray().Should().Equal([1], "RFC 6842");
    }

    private static async Task<IPAddress?> OfferAsync(LeaseScene scene, DhcpMessage discover, string mistake)
    {
        var server = ClientPackets.Server.ToIPv4();
        var state = ClientState.Of(discover, server);
        state.Kind.Should().Be(AddressRequestKind.Discover, mistake);
        var answer = await scene.Addresses.AskAsync(
            new AddressRequest(AddressRequestKind.Discover, discover, ClientState.LinkOf(discover, server), state.Address), default);
        var reply = new DhcpMessage();
        DhcpResponder.Respond(discover, new DhcpResponseContext(server, answer, null), reply).Should().BeTrue(mistake);
        DhcpResponder.Write(reply, new byte[DhcpResponder.LongestReplyTo(discover)]).Should().BePositive(mistake);
        return reply.YourAddress;
    }
}

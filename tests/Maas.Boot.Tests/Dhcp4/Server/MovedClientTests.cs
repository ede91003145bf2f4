using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>A client that comes with an address of another network (RFC 2131 section 4.3.2).</summary>
public class MovedClientTests
{
    private const string Foreign = "192.168.5.5";

    [Theory]
    [InlineData(true, AddressResultKind.Refuse)]
    [InlineData(false, AddressResultKind.Silent)]
    public async Task Only_where_nobody_else_leases_addresses_is_a_client_told_that_the_one_it_uses_is_foreign(
        bool isAuthoritative,
        AddressResultKind answer)
    {
        var rebinding = ClientPackets.Message("350103 ff", clientAddress: Foreign);
        (await AskAsync(rebinding, isAuthoritative)).Kind.Should().Be(answer);
    }

    [Theory]
    [InlineData("350103 3204c0a80505 ff", null)]      // INIT-REBOOT
    [InlineData("350103 3204c0a80505 ff", Foreign)]   // with ciaddr filled in too
    public async Task A_client_that_remembers_an_address_of_another_network_is_refused(string options, string? clientAddress) =>
        (await AskAsync(ClientPackets.Message(options, clientAddress: clientAddress), isAuthoritative: true)).Kind.Should()
            .Be(AddressResultKind.Refuse);

    [Fact]
    public async Task A_client_that_is_unknown_and_rebinds_a_free_address_of_this_link_keeps_it() =>
        (await AskAsync(ClientPackets.Message("350103 ff", clientAddress: "10.0.0.12"), isAuthoritative: true)).Kind.Should()
            .Be(AddressResultKind.Grant);

    [Theory]
    [InlineData("10.0.0.12")]
    [InlineData(Foreign)]
    public async Task An_address_in_a_discover_is_none_that_the_client_has(string clientAddress)
    {
        var answer = await AskAsync(ClientPackets.Message("350101 ff", clientAddress: clientAddress), isAuthoritative: false);
        (answer.Kind, answer.Subnet).Should().Be((AddressResultKind.Grant, LeaseScene.Subnet));
    }

    private static async Task<AddressResult> AskAsync(DhcpMessage request, bool isAuthoritative)
    {
        var scene = await LeaseScene.OpenAsync(rules: new LeaseOptions { Authoritative = isAuthoritative });
        var server = ClientPackets.Server.ToIPv4();
        var state = ClientState.Of(request, server);
        var question = new AddressRequest(state.Kind!.Value, request, ClientState.LinkOf(request, server), state.Address)
        {
            ArrivalLink = server
        };
        return await scene.Addresses.AskAsync(question, default);
    }
}

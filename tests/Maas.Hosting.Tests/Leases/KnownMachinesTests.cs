using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting.Leases;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Tests.Leases;

/// <summary>Machines that an administrator has accepted, on a link where a host invents clients.</summary>
public sealed class KnownMachinesTests
{
    private static readonly IPAddress S_relay = IPAddress.Parse("127.78.0.2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_accepted_machine_gets_an_address_although_strangers_have_used_up_the_links_limit_and_then_all_addresses()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        await AcceptAsync(server, "52:54:00:00:00:01", "52:54:00:00:00:02");
        (await server.Get<MaasCore>().Machines
            .EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:03")] }, cancellationToken: Token))
            .Should().BeOfType<CreateResult.Created>();
        await server.Get<ListedMachines>().ReadAsync(Token);

        var taken = 0;
        for (var stranger = 0; stranger < 80; stranger++) taken += await LeaseAsync(server, Stranger(stranger)) ? 1 : 0;
        taken.Should().Be(60, "a host may invent so many clients in a minute");
        (await LeaseAsync(server, "52:54:00:00:00:01")).Should().BeTrue("it is subject to no limit of new clients");
        (await LeaseAsync(server, "52:54:00:00:00:03")).Should().BeFalse("every host can enlist a machine");

        for (var stranger = 80; stranger < 200; stranger++) taken += await LeaseAsync(server, Stranger(stranger), S_relay) ? 1 : 0;
        taken.Should().Be(100, "all of the 101 addresses but one");
        (await LeaseAsync(server, "52:54:00:00:00:02")).Should().BeTrue("a stranger's address is taken for it");
        (await LeaseAsync(server, "52:54:00:00:00:01")).Should().BeTrue("it still has its own");
    }

    private static string Stranger(int number) => $"02:00:00:00:00:{number:x2}";

    private static async Task AcceptAsync(ComposedServer server, params string[] addresses)
    {
        var machines = server.Get<MaasCore>().Machines;
        foreach (var address in addresses)
        {
            var created = await machines.EnlistAsync(
                new NewMachine { MacAddresses = [MacAddress.Parse(address)] }, cancellationToken: Token);
            var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
            (await machines.ExecuteAsync(machine.Id, new MachineCommand.Accept(), cancellationToken: Token)).Should()
                .BeOfType<CommandResult.Done>();
        }
    }

    /// <summary>DISCOVER and REQUEST.</summary>
    private static async Task<bool> LeaseAsync(ComposedServer server, string hardware, IPAddress? relay = null)
    {
        var source = server.Get<HostedLeases>();
        var message = new DhcpMessage { Hardware = HardwareAddress.Parse(hardware), Type = DhcpMessageType.Discover };
        if (relay is not null) message.RelayAddress = relay;
        var offer = await source.AskAsync(new AddressRequest(AddressRequestKind.Discover, message, server.Dhcp.Address), Token);
        if (offer.Kind != AddressResultKind.Grant) return false;
        message.Type = DhcpMessageType.Request;
        return (await source.AskAsync(
            new AddressRequest(AddressRequestKind.Select, message, server.Dhcp.Address, offer.Address),
                Token)).Kind == AddressResultKind.Grant;
    }
}

using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Tests.Evidence;

public class ObservedEvidenceTests
{
    private const string Mac = "52:54:00:12:34:57";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DhcpMode.Full)]
    [InlineData(DhcpMode.Proxy)]
    public async Task Everything_that_the_servers_observe_of_a_boot_is_understood(DhcpMode mode)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var server = await ComposedServer.StartAsync(mode);
        var core = server.Get<MaasCore>();
        await using (var simulated = Machine(server))
        {
            simulated.TurnOn();
            if (mode is DhcpMode.Full) await simulated.WhenAtRestAsync(Token);
            // It is written by a queue; in proxy mode no other server gives an address.
            while ((await core.Timeline.ObservationsAsync(MacAddress.Parse(Mac), cancellationToken: limit.Token)).Count == 0)
                await Task.Yield();
        }

        foreach (var observation in await core.Timeline.ObservationsAsync(MacAddress.Parse(Mac), cancellationToken: Token))
            BootEvidence.TryParse(observation, out _).Should().BeTrue("{0} is understood", observation.Text);
    }

    [Fact]
    public async Task The_simulated_boot_of_a_waiting_machine_explains_nothing_and_its_parts_are_known()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var core = server.Get<MaasCore>();
        var created = (CreateResult.Created)await core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse(Mac)] }, cancellationToken: Token);
        await core.Machines.ExecuteAsync(created.Machine.Id, new MachineCommand.Accept(), cancellationToken: Token);
        await using var simulated = Machine(server);
        simulated.TurnOn();
        DiagnosisReport report;
        do
        {
            var machine = (await core.Machines.GetAsync(created.Machine.Id, limit.Token))!; // created above
            report = await core.Diagnosis.ExplainAsync(machine, limit.Token);
            report.Explanations.Select(found => found.Rule).Except(["turn-on-by-hand"]).Should().BeEmpty();
            if (machine.Status is not MachineStatus.Commissioning) break;
            await Task.Yield();
        }
        while (!report.Phases.Any(phase => phase.Phase is DiagnosisPhase.Transfer));
    }

    private static SimulatedMachine Machine(ComposedServer server) => new(new SimulatedMachineOptions
    {
        Mac = HardwareAddress.Parse(Mac),
        Firmware = SimulatedFirmware.UefiPxe,
        Network = new SimulatedNetwork { DhcpServers = [server.Dhcp], Relay = server.Dhcp.Address, TftpPort = server.TftpPort },
    });
}

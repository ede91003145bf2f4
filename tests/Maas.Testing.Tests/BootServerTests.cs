using System.Net;
using Maas.Boot;
using Maas.Testing.Events;
using Maas.Testing.Tests.Servers;

namespace Maas.Testing.Tests;

/// <summary>Simulated firmware against Maas.Boot's own servers: two halves written apart must understand each other.</summary>
public sealed class BootServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static BootFilesInMemory Files()
    {
        var files = new BootFilesInMemory();
        foreach (var name in (string[])["undionly.kpxe", "snponly.efi", "ipxe.efi", "kernel", "initrd"]) files[name] = new byte[30_000];
        return files;
    }

    private static SimulatedMachineOptions Machine(SimulatedNetwork network, int number, SimulatedFirmware firmware) => new()
    {
        Mac = new HardwareAddress(HardwareAddress.Ethernet, [0x52, 0x54, 0, 0, (byte)(number >> 8), (byte)number]), Network = network,
        Firmware = firmware, DiskFolder = null,
    };

    [Theory]
    [InlineData(SimulatedFirmware.BiosIpxe)]
    [InlineData(SimulatedFirmware.BiosPxe)]
    [InlineData(SimulatedFirmware.UefiPxe)]
    public async Task Each_firmware_gets_from_discover_to_kernel(SimulatedFirmware firmware)
    {
        var policy = new OnePolicy(new BootInstruction.Kernel("kernel", ["initrd"], "quiet"));
        await using var boot = await RunningBoot.StartAsync(policy, Files());
        await using var machine = new SimulatedMachine(Machine(boot.Network, 1, firmware));
        machine.TurnOn();
        (await machine.WhenAtRestAsync(Stop)).Should().BeOfType<SettledState.UnknownKernel>().Which.CommandLine.Should().EndWith("quiet");
        policy.Clients.Should().Contain(c => c != null && c.ToString().StartsWith("127.77."));
    }

    [Fact]
    public async Task A_machine_told_to_boot_its_disk_finds_none_and_stands_still()
    {
        await using var boot = await RunningBoot.StartAsync(new OnePolicy(new BootInstruction.LocalDisk()), Files());
        await using var machine = new SimulatedMachine(Machine(boot.Network, 1, SimulatedFirmware.BiosIpxe));
        machine.TurnOn();
        (await machine.WhenAtRestAsync(Stop)).Should().BeOfType<SettledState.Stuck>();
    }

    [Fact]
    public async Task A_hundred_machines_boot_at_once_on_a_network_that_loses_and_repeats()
    {
        await using var boot =
            await RunningBoot.StartAsync(new OnePolicy(new BootInstruction.Kernel("kernel", ["initrd"], "quiet")), Files());
        await using var park = new SimulatedRack();
        foreach (var number in Enumerable.Range(1, 100))
        {
            var network = boot.Network with
            {
                Faults = new DatagramFaults(0.03, 0.03, number),
                DhcpPatience = TimeSpan.FromSeconds(0.5),
                DhcpAttempts = 8,
                TftpPatience = TimeSpan.FromSeconds(0.3)
            };
            park.Add(Machine(network, number, (SimulatedFirmware)(number % 3))).TurnOn();
        }

        var states = await Task.WhenAll(park.Machines.Select(m => m.WhenAtRestAsync(Stop)));
        states.OfType<SettledState.Stuck>().Select(stuck => stuck.Reason).Should().BeEmpty();
        states.Should().AllBeOfType<SettledState.UnknownKernel>();
        await park.DisposeAsync();
        var leased = await park.WatchAsync(Stop).Where(e => e.Event is MachineEvent.Dhcp { Address: not null }).ToListAsync(Stop);
        leased.GroupBy(e => ((MachineEvent.Dhcp)e.Event).Address)
            .Should()
            .OnlyContain(g => g.Select(e => e.Machine).Distinct().Count() == 1, "no address has two owners");
    }

    private sealed class OnePolicy(BootInstruction instruction) : IBootPolicy
    {
        public System.Collections.Concurrent.ConcurrentBag<IPAddress?> Clients { get; } = [];

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
        {
            Clients.Add(question.ClientAddress);
            return new(instruction);
        }
    }
}

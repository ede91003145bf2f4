using Maas.Core;
using Maas.Core.Nodes;
using Maas.Testing;
using Maas.Testing.Events;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Tests.Evidence;

public sealed class SimulatedLifecycleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SimulatedFirmware.BiosPxe, "amd64")]
    [InlineData(SimulatedFirmware.BiosIpxe, "amd64")]
    [InlineData(SimulatedFirmware.UefiPxe, "amd64")]
    [InlineData(SimulatedFirmware.UefiHttp, "amd64")]
    [InlineData(SimulatedFirmware.UBoot, "arm64")]
    [InlineData(SimulatedFirmware.UBoot, "armhf")]
    [InlineData(SimulatedFirmware.RaspberryPi, "arm64")]
    public async Task A_machine_of_each_firmware_enlists_is_commissioned_and_is_deployed(SimulatedFirmware firmware, string architecture)
    {
        await using var maas = await VirtualMaas.StartAsync(architecture: architecture);
        var simulated = maas.Add(change: options => options with
        {
            Firmware = firmware, Hardware = new SimulatedHardware { Architecture = architecture },
        });

        (await maas.Network.RunAsync(simulated.BootAsync)).Should().BeOfType<SettledState.Off>("it has enlisted");
        var machine = (await maas.Core.Machines.FindByMacAsync(MacAddress.Parse(VirtualMaas.Mac), Stop))!; // it has enlisted
        machine.Architecture.Should().StartWith(architecture);
        await maas.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Accept(), cancellationToken: Stop);
        await maas.CommissionAsync(simulated, machine.Id);
        await maas.DeployReadyAsync(machine.Id);
        var rest = await maas.Network.RunAsync(simulated.BootAsync);

        (await maas.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
        rest.Should().BeOfType<SettledState.SystemRunning>();
    }

    [Fact]
    public async Task A_raspberry_pi_loads_its_own_folder_then_u_boot_which_looks_for_its_machine()
    {
        await using var maas = await VirtualMaas.StartAsync(architecture: "arm64");
        var simulated = maas.Add(change: options => options with
        {
            Firmware = SimulatedFirmware.RaspberryPi,
            Hardware = new SimulatedHardware { Architecture = "arm64", Serial = "10000000abcdef01" },
        });

        await maas.Network.RunAsync(simulated.BootAsync);

        (await simulated.WatchAsync(Stop).OfType<MachineEvent.Fetch>().Take(9).Select(f => f.Source.AbsolutePath).ToListAsync(Stop))
            .Should().Equal(
                "/abcdef01/start4.elf", "/start4.elf", "/fixup4.dat", "/config.txt", "/u-boot.bin", "/snponly-arm64.efi",
                "/pxelinux.cfg/01-52-54-00-12-34-57", "/ephemeral/kernel", "/ephemeral/initrd");
    }

    [Fact]
    public async Task A_raspberry_pi_is_told_nothing_where_there_is_no_environment_for_its_architecture()
    {
        await using var maas = await VirtualMaas.StartAsync(architecture: "amd64");
        var simulated = maas.Add(change: options => options with
        {
            Firmware = SimulatedFirmware.RaspberryPi, Hardware = new SimulatedHardware { Architecture = "arm64" },
        });

        (await maas.Network.RunAsync(simulated.BootAsync)).Should().BeOfType<SettledState.Stuck>();
        (await simulated.WatchAsync(Stop).OfType<MachineEvent.Dhcp>().FirstAsync(Stop)).Failure.Should().Contain("Raspberry Pi Boot");
    }

    [Fact]
    public void A_board_of_another_architecture_has_no_such_firmware() =>
        FluentActions.Invoking(() => new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = Boot.HardwareAddress.Parse(VirtualMaas.Mac), Network = new SimulatedNetwork(), Firmware = SimulatedFirmware.RaspberryPi,
        })).Should().Throw<ArgumentException>().WithMessage("RaspberryPi does not boot amd64*");
}

using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Testing.Tests;

public class FirmwareTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SimulatedFirmware.BiosPxe, "amd64")]
    [InlineData(SimulatedFirmware.BiosIpxe, "amd64")]
    [InlineData(SimulatedFirmware.UefiPxe, "amd64")]
    [InlineData(SimulatedFirmware.UefiHttp, "amd64")]
    [InlineData(SimulatedFirmware.UefiPxe, "arm64")]
    [InlineData(SimulatedFirmware.UBoot, "arm64")]
    [InlineData(SimulatedFirmware.UBoot, "armhf")]
    [InlineData(SimulatedFirmware.RaspberryPi, "arm64")]
    public async Task A_machine_of_each_firmware_lives_a_whole_life(SimulatedFirmware firmware, string architecture)
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        await maas.AddImageAsync("custom/app", architecture, Stop);
        var machine = maas.AddMachine(
            each => each with { Firmware = firmware, Hardware = each.Hardware with { Architecture = architecture } });

        (await maas.CommissionAsync(machine)).Status.Should().Be(MachineStatus.Ready);
        var image = new DeployRequest { OsSystem = "custom", DistroSeries = "app" };
        (await maas.DeployAsync(machine, image)).Status.Should().Be(MachineStatus.Deployed);
        (await maas.ReleaseAsync(machine, EraseMode.Quick)).Status.Should().Be(MachineStatus.Ready);
    }
}

using System.Net;
using Maas.Journey.Tests.Lab;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Networks;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>The ways to boot that a whole journey does not take, as far as New: beside another DHCP server, and through pxelinux.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class FirmwarePathTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beside_another_DHCP_server_BIOS_and_UEFI_machines_are_enlisted()
    {
        LabJudges.RequireMachines();
        OtherDhcpServer.Require();
        await using var bench = await RackBench.CreateAsync("proxy", output, new() { Mode = "proxy" });
        await using var other = await bench.Rack.Network.AddHostAsync(IPAddress.Parse("10.77.0.2"), Token);
        await using var dhcp = OtherDhcpServer.Start(other, bench.Rack.Folder);
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        var uefi = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 2, Token);
        using var client = await bench.Rack.OpenAsync(Token);

        await Task.WhenAll(EnlistAsync(client, bios, bench), EnlistAsync(client, uefi, bench));

        $"{dhcp.Console}".Should().Contain("DHCPACK(br0) 10.77.0.", "the addresses are the other server's");
    }

    /// <summary>QEMU's ROM is iPXE and would be given a script; a DHCP server that knows no better names it what any BIOS gets.</summary>
    [Fact]
    public async Task Another_DHCP_server_that_names_our_pxelinux_has_BIOS_machines_enlisted_over_TFTP_alone()
    {
        LabJudges.RequireMachines();
        OtherDhcpServer.Require();
        await using var bench = await RackBench.CreateAsync("pxelinux", output, new() { Mode = "observe" });
        await using var other = await bench.Rack.Network.AddHostAsync(IPAddress.Parse("10.77.0.2"), Token);
        await using var dhcp = OtherDhcpServer.Start(other, bench.Rack.Folder, $"--dhcp-boot=pxelinux.0,,{LabNetwork.ServerAddress}");
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        using var client = await bench.Rack.OpenAsync(Token);

        await EnlistAsync(client, bios, bench);

        $"{bios.Machine.Console}".Should().Contain("PXELINUX");
    }

    private static Task EnlistAsync(MaasClient client, RackedMachine racked, RackBench bench) =>
        new MachineJourney(client, racked, TimeProvider.System, bench).EnlistAsync(Token);
}

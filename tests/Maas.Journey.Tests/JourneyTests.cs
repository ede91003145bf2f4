using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;

namespace Maas.Journey.Tests;

/// <summary>Machines with firmware of other makers, through their whole life.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class JourneyTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_BIOS_and_a_UEFI_machine_go_from_New_through_Ready_and_Deployed_to_Ready()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        LabJudges.RequireDiskImageTools();
        await using var bench = await RackBench.CreateAsync("journeys", output);
        var image = await DebianDiskImage.GetAsync(Token);
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        var uefi = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 2, Token);

        using var client = await bench.Rack.OpenAsync(image, Token);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);

        await Task.WhenAll(
            new MachineJourney(client, bios, TimeProvider.System, bench).LiveAsync(SshKey.Public, Token),
            new MachineJourney(client, uefi, TimeProvider.System, bench).LiveAsync(SshKey.Public, Token));
    }
}

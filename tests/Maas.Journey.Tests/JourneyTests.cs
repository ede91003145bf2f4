using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;

namespace Maas.Journey.Tests;

/// <summary>Machines with firmware that nobody here wrote, through their whole life.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class JourneyTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Two racks with a server each, side by side, for each machine waits more than it works.</summary>
    [Fact]
    public async Task A_BIOS_machine_lives_its_life_and_so_does_a_UEFI_machine_whose_server_is_killed_in_every_stage()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        LabJudges.RequireDiskImageTools();
        var image = await DebianDiskImage.GetAsync(Token);
        await Task.WhenAll(UndisturbedAsync(image), KilledAsync(image));
    }

    private async Task UndisturbedAsync(DebianDiskImage image)
    {
        await using var bench = await RackBench.CreateAsync("undisturbed", output);
        var racked = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        using var client = await bench.Rack.OpenAsync(image, Token);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);

        await new MachineJourney(client, racked, TimeProvider.System, bench).LiveAsync(SshKey.Public, Token);
    }

    private async Task KilledAsync(DebianDiskImage image)
    {
        await using var bench = await RackBench.CreateAsync("killed", output);
        var racked = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 2, Token);
        using var client = await bench.Rack.OpenAsync(image, Token);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);
        var journey = new MachineJourney(client, racked, TimeProvider.System, bench);
        var killer = new ServerKiller(bench.Rack, racked, output);

        var enlisting = journey.EnlistAsync(Token);
        await killer.KillWhenAsync("MAAS-AGENT up", Token);
        await enlisting;
        await killer.KillAsync("New", Token);

        await journey.BeginCommissioningAsync(Token);
        await killer.KillWhenAsync("MAAS-AGENT step=.*script", Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await racked.Machine.WaitForPowerOffAsync(journey.Patience, Token);
        await killer.KillAsync("Ready", Token);

        await journey.AllocateAsync(Token);
        await killer.KillAsync("Allocated", Token);

        await journey.BeginDeployingAsync(Token);
        await killer.KillWhenAsync("MAAS-AGENT step=write", Token);
        await killer.KillWhenAsync("VmLab: GRUB from the disk", Token);
        await journey.WaitForStatusAsync("Deployed", Token);
        await journey.WaitForProofAsync(SshKey.Public, Token);
        await killer.KillAsync("Deployed", Token);
        racked.Machine.IsOn.Should().BeTrue();

        await journey.BeginReleasingAsync(Token);
        await killer.KillWhenAsync("MAAS-AGENT task=erase", Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await racked.Machine.WaitForPowerOffAsync(journey.Patience, Token);
    }
}

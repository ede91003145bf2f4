using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;

namespace Maas.Journey.Tests;

/// <summary>The server is killed in the middle of each stage and started again; the machine, which knows nothing of it, gets there all the same.</summary>
[Collection(LabCollection.Name), Trait("Category", "Crash")]
public class CrashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_killed_in_every_stage_and_started_again_completes_the_journey()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        LabJudges.RequireDiskImageTools();
        await using var bench = await RackBench.CreateAsync(output);
        var image = await DebianDiskImage.GetAsync(Token);
        var racked = await bench.Rack.AddMachineAsync("crash", Firmware.Bios, 3, Token);
        using var client = await bench.Rack.OpenAsync(image, Token);
        var journey = new MachineJourney(client, racked, TimeProvider.System, bench);

        var enlisting = journey.EnlistAsync(Token);
        await CrashWhenAsync("MAAS-AGENT up");
        await enlisting;
        await CrashAsync();

        await journey.BeginCommissioningAsync(Token);
        await CrashWhenAsync("MAAS-AGENT step=.*script");
        await journey.WaitForStatusAsync("Ready", Token);
        await racked.Machine.WaitForPowerOffAsync(Patience, Token);

        await journey.AllocateAsync(Token);
        await CrashAsync();
        await journey.BeginDeployingAsync(Token);
        await CrashWhenAsync("MAAS-AGENT step=write");
        await CrashWhenAsync("VmLab: GRUB from the disk");
        await journey.WaitForStatusAsync("Deployed", Token);
        racked.Machine.IsOn.Should().BeTrue();

        await journey.BeginReleasingAsync(Token);
        await CrashWhenAsync("MAAS-AGENT task=erase");
        await journey.WaitForStatusAsync("Ready", Token);

        async Task CrashWhenAsync(string seen)
        {
            await racked.Machine.Console.WaitForAsync(seen, Patience, racked.Machine.Console.Position, Token);
            await CrashAsync();
        }

        async Task CrashAsync()
        {
            await bench.Rack.Server.KillAsync();
            await bench.Rack.Server.StartAsync(Token);
        }
    }
}

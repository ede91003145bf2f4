using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Machines;

namespace Maas.Journey.Tests.Disks;

/// <summary>The image that journeys deploy, booted without any server: what fails here is not the product's fault.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class DebianDiskImageTests
{
    [Theory]
    [InlineData(Firmware.Bios)]
    [InlineData(Firmware.Uefi)]
    public async Task The_disk_boots_to_a_login_prompt(Firmware firmware)
    {
        LabJudges.RequireMachines();
        LabJudges.RequireDiskImageTools();
        var token = TestContext.Current.CancellationToken;
        var image = await DebianDiskImage.GetAsync(token);
        await using var bench = await LabBench.CreateAsync();
        var machine = await bench.AddMachineAsync("disk", firmware, BootOrder.DiskOnly);
        await image.ExpandAsync(machine.Hardware.DiskPath, token);

        await machine.TurnOnAsync(token);

        await machine.Console.WaitForAsync("login:", TimeSpan.FromMinutes(4), cancellationToken: token);
    }
}

using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Machines;

namespace Maas.Journey.Tests.Disks;

/// <summary>The image that journeys deploy, booted without any server: what fails here is not the product's fault.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class DebianDiskImageTests
{
    [Fact]
    public async Task The_disk_boots_to_a_login_prompt_from_BIOS_and_from_UEFI()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireDiskImageTools();
        var image = await DebianDiskImage.GetAsync(TestContext.Current.CancellationToken);
        await using var bench = await LabBench.CreateAsync();

        var bios = await bench.AddMachineAsync("bios", Firmware.Bios, BootOrder.DiskOnly);
        var uefi = await bench.AddMachineAsync("uefi", Firmware.Uefi, BootOrder.DiskOnly);

        await Task.WhenAll(BootAsync(bios, image), BootAsync(uefi, image));
    }

    private static async Task BootAsync(QemuMachine machine, DebianDiskImage image)
    {
        var token = TestContext.Current.CancellationToken;
        await image.ExpandAsync(machine.Hardware.DiskPath, token);
        await machine.TurnOnAsync(token);
        await machine.Console.WaitForAsync("login:", TimeSpan.FromMinutes(8), cancellationToken: token);
    }
}

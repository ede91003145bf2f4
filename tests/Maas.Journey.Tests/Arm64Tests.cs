using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>A 64-bit Arm machine: UEFI, Debian's shim and GRUB, and the environment that the server builds for its architecture.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey"), Trait("Category", "Long")]
public class Arm64Tests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_64_bit_Arm_machine_boots_the_environment_over_PXE_enlists_and_is_commissioned()
    {
        Judge.RequireLong();
        LabJudges.RequireNetwork();
        Judge.Require("qemu-system-aarch64");
        Judge.RequireFile("/usr/share/AAVMF/AAVMF_CODE.fd", "qemu-efi-aarch64");
        await using var bench = await RackBench.CreateBareAsync("arm64", output);
        bench.Rack.Server.KernelOptions = "console=ttyAMA0,115200 quiet";
        bench.Rack.Server.Settings = new Dictionary<string, string>
        {
            ["Maas:Ephemeral:Architectures"] = "arm64",
            ["Maas:Programs:Arm64Uefi"] = "bootaa64.efi",
        };
        await using var machine = new QemuMachine(
            new VirtualMachine
            {
                Name = "arm64",
                Firmware = Firmware.Arm64Uefi,
                MacAddress = "52:54:00:77:00:51",
                Tap = await bench.Rack.Network.AddTapAsync(Token),
                Uuid = Guid.Parse("4c4c4544-0000-4d61-8073-000000000051"),
                Serial = "LAB0051",
                Memory = 1024,
                Folder = bench.Rack.Folder,
            },
            bench.Rack.Network,
            TimeProvider.System);
        var racked = bench.Rack.WakeOnLan(machine);
        await bench.Rack.Server.StartAsync(Token);
        using var client = new MaasClient(
            bench.Rack.Network.CreateHttpHandler(), MaasServerProcess.Address, await bench.Rack.Server.ReadApiKeyAsync(Token),
            TimeProvider.System);
        await WaitForEnvironmentAsync(client);
        var journey = new MachineJourney(client, racked, TimeProvider.System, bench) { Patience = Patience };

        await journey.EnlistAsync(Token);
        await client.PutAsync($"machines/{journey.SystemId}/", racked.Power.Fields, Token);
        await client.PostAsync($"machines/{journey.SystemId}/?op=commission", [new("testing_scripts", "none")], Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await machine.WaitForPowerOffAsync(Patience, Token);

        var found = await client.GetAsync($"machines/{journey.SystemId}/", Token);
        found.GetProperty("architecture").GetString().Should().Be("arm64/generic");
        found.GetProperty("hardware_uuid").GetString().Should().Be(machine.Hardware.Uuid.ToString());
        found.GetProperty("physicalblockdevice_set").EnumerateArray().Select(disk => disk.GetProperty("serial").GetString()).Should()
            .Equal("LAB0051-disk");
    }

    private static async Task WaitForEnvironmentAsync(MaasClient client)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var since = TimeProvider.System.GetTimestamp();
        while (!await client.HasBootFileAsync("ephemeral/arm64/initrd", Token))
        {
            TimeProvider.System.GetElapsedTime(since).Should().BeLessThan(Patience, "the environment is built");
            await ticks.WaitForNextTickAsync(Token);
        }
    }
}

using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Power;

namespace Maas.Journey.Tests.Hardware;

/// <summary>
/// Hardware that is not virtio: every machine enlists, is commissioned, deployed and erased. One server, two machines at a time.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public sealed class HardwareMatrixTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Machines_with_each_kind_of_disk_card_and_clock_go_from_New_to_Deployed_and_are_erased() =>
        RunAsync("hardware", HardwareCell.Pairs);

    [Fact, Trait("Category", "Long")]
    public Task Every_machine_of_the_matrix_goes_from_New_to_Deployed_and_is_erased()
    {
        Judge.RequireLong();
        return RunAsync("hardware-all", HardwareCell.All);
    }

    private async Task RunAsync(string name, IReadOnlyList<HardwareCell> cells)
    {
        LabJudges.RequireMachines();
        LabJudges.RequireTinyImageTools();
        await using var bench = await RackBench.CreateBareAsync(name, output);
        bench.Rack.Server.KernelPackage = "linux-image-amd64";
        var image = await TinyDiskImage.MakeAsync(bench.Rack.Folder, Token);
        List<(HardwareCell Cell, QemuMachine Machine)> machines = [];
        foreach (var cell in cells) machines.Add((cell, await MakeAsync(bench.Rack, cell, machines.Count + 1)));
        await using var wakes = WakeOnLanStandIn.Start(bench.Rack.Network, [.. machines.Select(each => each.Machine)]);
        using var client = await bench.Rack.OpenAsync(Token);
        await client.UploadImageAsync($"custom/{LabRack.ImageName}", "ddgz", image, Token);

        List<string> failures = [];
        await Parallel.ForEachAsync(
            machines,
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Token },
            async (each, cancellationToken) =>
        {
            var since = TimeProvider.System.GetTimestamp();
            var outcome = "enlisted, commissioned, deployed, erased";
            try
            {
                var racked = new RackedMachine(each.Machine, new JourneyPower.WakeOnLan(each.Machine.MacAddress));
                using var handler = bench.Rack.Network.CreateHttpHandler();
                using var run = new HardwareRun(
                    each.Machine, new MachineJourney(client, racked, TimeProvider.System, bench), client, handler);
                await run.RunAsync(cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                outcome = failure.Message;
                lock (failures) failures.Add($"{each.Cell}: {failure.Message}");
            }
            finally
            {
                await each.Machine.TurnOffAsync(CancellationToken.None);
            }

            output.WriteLine($"| {each.Cell} | {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0} s | {outcome.Split('\n')[0]} |");
        });
        foreach (var (_, machine) in machines) await machine.DisposeAsync();
        failures.Should().BeEmpty();
    }

    private static async Task<QemuMachine> MakeAsync(LabRack rack, HardwareCell cell, int slot) => new(
        new VirtualMachine
        {
            Name = cell.Name,
            Firmware = cell.Firmware,
            MacAddress = $"52:54:00:77:01:{slot:x2}",
            Tap = await rack.Network.AddTapAsync(Token),
            Uuid = Guid.Parse($"4c4c4544-0001-4d61-8073-0000000000{slot:x2}"),
            Serial = $"HW{slot:0000}",
            Folder = rack.Folder,
            Memory = cell.Memory,
            Disks = cell.Disks,
            Card = cell.Card,
            OtherCards = cell.SecondCard is { } second
                ? [new LabCard(second, $"52:54:00:77:02:{slot:x2}", await rack.Network.AddTapAsync(Token))]
                : [],
            Clock = cell.Clock,
            EndsOnRestart = true,
        },
        rack.Network,
        TimeProvider.System);
}

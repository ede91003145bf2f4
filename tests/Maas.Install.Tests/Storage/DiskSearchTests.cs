using Maas.Core.Inventory;
using Maas.Judges;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Storage;

/// <summary>The search for the disks of a plan in the installers, by a shell on a made-up /sys.</summary>
public sealed class DiskSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_disk_is_found_by_its_serial_number_whatever_its_name_is_now()
    {
        Add("vda", "S2");
        Add("vdb", "S1");
        Add("vdc", "S0");
        (await FindAsync()).Should().Be("d1=vdc d2=vdb d3=vda");
    }

    [Theory]
    [InlineData("it is missing", "S0", "S1")]
    [InlineData("two have the number", "S0", "S1", "S2", "S2")]
    public async Task A_disk_that_is_not_there_or_not_unique_stops_the_installation(string reason, params string[] serials)
    {
        for (var i = 0; i < serials.Length; i++) Add($"vd{(char)('a' + i)}", serials[i]);
        (await FindAsync()).Should().Be("not found", reason);
    }

    [Fact]
    public async Task A_disk_of_another_size_is_another_disk()
    {
        Add("vda", "S0");
        Add("vdb", "S1");
        Add("vdc", "S2", sectors: 4096);
        (await FindAsync()).Should().Be("not found");
    }

    [Fact]
    public async Task A_disk_with_the_number_of_another_one_is_told_by_its_world_wide_name()
    {
        var machine = new PlannedMachine
        {
            Hardware = new Hardware
            {
                Firmware = FirmwareKind.Uefi,
                Disks =
                [
                    new Disk { Name = "sda", Serial = "S", Wwid = "naa.5001", Size = 100L << 30 },
                    new Disk { Name = "sdb", Serial = "S", Wwid = "naa.5002", Size = 100L << 30 },
                ],
            },
        }.With("flat");
        Add("sda", "S", "naa.5002");
        (await FindAsync(machine, "d1=$d1")).Should().Be("not found", "the disk that is there is the other one");
        Add("sdb", "S", "naa.5001");
        (await FindAsync(machine, "d1=$d1")).Should().Be("d1=sdb");
    }

    private void Add(string name, string serial, string wwid = "", long sectors = (100L << 30) / 512)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name, "device")).Parent!.FullName;
        File.WriteAllText(Path.Combine(folder, "size"), $"{sectors}\n");
        File.WriteAllText(Path.Combine(folder, "serial"), $"{serial}\n");
        if (wwid.Length > 0) File.WriteAllText(Path.Combine(folder, "device", "wwid"), $"{wwid}\n");
    }

    private async Task<string> FindAsync(PlannedMachine? machine = null, string print = "d1=$d1 d2=$d2 d3=$d3")
    {
        var text = (machine ?? new PlannedMachine().With("custom", custom: PlannedMachine.Mirror)).Write(Ubuntu, "shell/disks")
            .Replace("/sys/block", _folder, StringComparison.Ordinal);
        var outputs = new List<string>();
        foreach (var (shell, arguments) in new[] { ("dash", Array.Empty<string>()), ("busybox", ["ash"]), ("bash", []) })
            outputs.Add((await Judge.RunAsync(
                shell, arguments, $"{text}\nif maas_find_disks; then echo \"{print}\"; else echo not found; fi\n",
                TestContext.Current.CancellationToken)).Approved().Output.Trim());
        return outputs.Distinct().Should().ContainSingle().Subject;
    }
}

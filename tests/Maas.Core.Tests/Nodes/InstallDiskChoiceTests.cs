using CsCheck;
using Maas.Core.Nodes;
using Maas.Core.Inventory;

namespace Maas.Core.Tests.Nodes;

public class InstallDiskChoiceTests
{
    private const long Large = InstallDiskChoice.SmallestUnnamedDisk;

    private static readonly Gen<Disk> Disks = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool, Gen.Bool,
        (size, serial, removable, readOnly) => new Disk
    {
        Name = "",
        Size = size switch { 0 => 0, 1 => 4096, 2 => Large - 1, _ => Large },
        Serial = serial == 0 ? "" : $"S{serial}",
        Removable = removable,
        ReadOnly = readOnly,
    });

    private static readonly Gen<Machine> Machines = Disks.Array[0, 5].Select(disks => new Machine
    {
        Id = SystemId.Parse("abc346"),
        Hostname = "one",
        Hardware = new Hardware { Disks = [.. disks.Select((disk, i) => disk with { Name = $"sd{(char)('a' + i)}" })] },
    });

    [Fact]
    public void The_first_disk_of_512_MiB_is_taken_whatever_else_there_is()
    {
        var machine = new Machine
        {
            Id = SystemId.Parse("abc346"),
            Hostname = "one",
            Hardware = new Hardware
            {
                Disks =
                [
                    new Disk { Name = "sda", Size = Large, Removable = true }, new Disk { Name = "sdb", Size = Large, ReadOnly = true },
                        new Disk { Name = "sdc", Size = Large - 1 },
                    new Disk { Name = "sdd", Size = Large }, new Disk { Name = "sde", Size = 4 * Large },
                ],
            },
        };

        machine.EffectiveBootDisk!.Name.Should().Be("sdd");
        (machine with { BootDisk = "sdc" }).EffectiveBootDisk!.Name.Should().Be("sdc", "a small disk may be named");
        (machine with { BootDisk = "sda" }).EffectiveBootDisk.Should().BeNull("a stick that was pulled out is no boot disk");
    }

    [Fact]
    public void What_is_chosen_can_always_be_installed_to_and_is_the_first_that_is_large_enough() => Machines.Sample(machine =>
    {
        List<Disk> fit = [.. machine.Hardware!.Disks.Where(disk => disk is { Removable: false, ReadOnly: false, Size: > 0 })];
        var expected = fit.Find(disk => disk.Size >= Large) ?? (fit.Count == 1 ? fit[0] : null);
        machine.EffectiveBootDisk.Should().BeSameAs(expected);
    });

    [Fact]
    public void A_disk_that_is_named_is_the_one_that_is_chosen_or_none() => Gen.Select(Machines, Gen.Int[0, 4]).Sample((machine, which) =>
    {
        if (which >= machine.Hardware!.Disks.Count) return;
        var disk = machine.Hardware.Disks[which];
        var chosen = (machine with { BootDisk = machine.NameOfDisk(disk) }).EffectiveBootDisk;
        chosen.Should().BeSameAs(disk is { Removable: false, ReadOnly: false, Size: > 0 } ? disk : null);
    });
}

using CsCheck;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

/// <summary>Whatever is configured, it is refused with reasons, or the steps are sound.</summary>
public class AnyDiskPlanTests
{
    private static readonly string[] Layouts = ["flat", "lvm", "blank"];

    [Fact]
    public void A_plan_names_each_device_before_it_uses_it_and_writes_to_the_identified_disks_alone()
    {
        var ready = 0;
        Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Select(Gen.Int[0, 22], Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[0, 11]).List[0, 30]).Sample(
            (uefi, layout, steps) =>
            {
                var plan = new StoragePlan(6, 30 * StoragePlan.GiB, uefi: uefi);
                plan.Do(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = Layouts[layout] }, plan.Ids));
                foreach (var (operation, a, b, c) in steps)
                {
                    if (AnyStorageSequenceTests.Run(plan.Config, plan.Ids, operation, a, b, c) is StorageResult.Changed changed)
                        plan.Config = changed.Config;
                }

                switch (DiskPlanner.Plan(plan.Config, DiskPlannerTests.Inventory(plan)))
                {
                    case DiskPlanResult.Refused refused:
                        refused.Reasons.Should().NotBeEmpty().And.OnlyContain(reason => reason.Length > 0);
                        break;
                    case DiskPlanResult.Ready sound:
                        Interlocked.Increment(ref ready);
                        Check(plan.Config, sound.Plan);
                        break;
                }
            },
            iter: 2000);
        ready.Should().BePositive("otherwise nothing was checked");
    }

    private static void Check(StorageConfig config, DiskPlan plan)
    {
        HashSet<string> known = [.. plan.Disks.Select(disk => disk.Key)];
        HashSet<string> used = [];
        foreach (var line in plan.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            fields.Should().NotContain("");
            switch (fields[0])
            {
                case "part":
                    known.Should().Contain(fields[1]);
                    known.Add($"{fields[1]}.{fields[2]}").Should().BeTrue("a partition is made once");
                    break;
                case "raid":
                    Use(fields[5]);
                    if (fields[6] != "-") Use(fields[6]);
                    known.Add(fields[1]).Should().BeTrue();
                    break;
                case "vg":
                    Use(fields[2]);
                    break;
                case "lv":
                    known.Add(fields[1]).Should().BeTrue();
                    break;
                case "mkfs":
                    Use(fields[1]);
                    break;
                case "table" or "commit" or "wipe" or "mount":
                    known.Should().Contain(fields[1]);
                    break;
            }
        }

        foreach (var table in plan.Steps.OfType<DiskStep.Table>()) CheckTable(table);
        plan.Disks.Select(disk => disk.Disk.Serial).Should().BeEquivalentTo(
            config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical
                && (device.PartitionTable is not null || device.FileSystem is not null)).Select(device => device.Serial));

        void Use(string keys)
        {
            foreach (var key in keys.Split(','))
            {
                known.Should().Contain(key);
                used.Add(key).Should().BeTrue("{0} has one use", key);
            }
        }
    }

    private static void CheckTable(DiskStep.Table table)
    {
        var end = 1L;
        foreach (var partition in table.Partitions)
        {
            partition.Start.Should().BeGreaterThanOrEqualTo(end, "partitions do not overlap");
            // An extended partition contains what follows.
            end = partition.Start + (partition.Size ?? 0);
        }

        table.Partitions.Count(partition => partition.Size is null).Should().BeLessThanOrEqualTo(
            table.Type == PartitionTableType.Mbr ? 2 : 1);
    }
}

using System.Globalization;
using System.Text;
using Maas.Core.Storage;
using Maas.Install.Quoting;

namespace Maas.Install.Storage;

/// <summary>
/// Writes the list <c>config</c> of curtin's storage configuration, version 1, as subiquity reads it in <c>autoinstall: storage:</c>: each
/// action names earlier ones by their ids, which are the keys of the plan. A disk has the path <c>/dev/maas-d1-disk</c>, which
/// <c>early-commands</c> replaces by that of the disk it has found.
/// </summary>
/// <remarks>Subiquity places partitions side by side from 1 MiB on. It ignores actions for bcache.</remarks>
internal static class CurtinStorage
{
    private const long MiB = 1024 * 1024;

    /// <summary>The list in YAML, an action a line.</summary>
    public static string Write(DiskPlan plan)
    {
        var text = new StringBuilder();
        foreach (var action in Actions(plan))
            text.Append("\n      - {").AppendJoin(", ", action.Select(field => $"\"{field.Name}\": {ValueOf(field.Value)}")).Append('}');
        return text.ToString();
    }

    private static IEnumerable<(string Name, object Value)[]> Actions(DiskPlan plan)
    {
        var devices = new PlannedDevices(plan);
        var boot = plan.Steps.OfType<DiskStep.BiosBootLoader>().SelectMany(step => step.Disks).ToList();
        foreach (var (key, _) in plan.Disks)
            yield return
            [
                ("type", "disk"), ("id", key), ("path", $"/dev/maas-{key}-disk"), .. TableOf(devices, key),
                ("wipe", "superblock-recursive"), ("preserve", false), ("grub_device", boot.Contains(key)),
            ];
        foreach (var action in plan.Steps.SelectMany(step => ActionsOf(devices, step))) yield return action;
    }

    private static IEnumerable<(string Name, object Value)[]> ActionsOf(PlannedDevices devices, DiskStep step) => step switch
    {
        DiskStep.Table table => table.Partitions.Select(partition => PartitionOf(table, partition)),
        DiskStep.Raid raid =>
        [
            [
                ("type", "raid"), ("id", raid.Device), ("name", raid.Name), ("raidlevel", $"raid{raid.Level}"), ("devices", raid.Members),
                ("spare_devices", raid.Spares), .. TableOf(devices, raid.Device), ("preserve", false),
            ],
        ],
        DiskStep.VolumeGroup group =>
        [
            [
                ("type", "lvm_volgroup"), ("id", GroupId(group.Name)), ("name", group.Name), ("devices", group.Members),
                ("preserve", false),
            ],
        ],
        DiskStep.LogicalVolume volume =>
        [
            [
                ("type", "lvm_partition"), ("id", volume.Device), ("volgroup", GroupId(volume.Group)), ("name", volume.Name),
                ("size", volume.Size ?? -1), ("wipe", "superblock"), ("preserve", false),
            ],
        ],
        DiskStep.Format { FileSystem: var made } format =>
        [
            [
                ("type", "format"), ("id", FormatId(format.Device)), ("volume", format.Device), ("fstype", NameOf(made.Type)),
                .. made.Label.Length > 0 ? [("label", made.Label)] : Array.Empty<(string, object)>(), ("preserve", false),
            ],
        ],
        DiskStep.FileSystemTable table => table.Entries.Select((entry, place) => MountOf(entry, place)),
        _ => [],
    };

    private static (string Name, object Value)[] PartitionOf(DiskStep.Table table, PlacedPartition partition) =>
    [
        ("type", "partition"), ("id", $"{table.Device}.{partition.Number}"), ("device", table.Device), ("number", (long)partition.Number),
        ("size", partition.Purpose == PartitionPurpose.Extended ? ExtentOf(table) : partition.Size * MiB ?? -1),
        .. FlagOf(table, partition) is { Length: > 0 } flag ? [("flag", flag)] : Array.Empty<(string, object)>(),
        .. partition.Purpose == PartitionPurpose.EfiSystem ? [("grub_device", true)] : Array.Empty<(string, object)>(),
        .. partition.Purpose == PartitionPurpose.Extended ? Array.Empty<(string, object)>() : [("wipe", "superblock")],
        ("preserve", false),
    ];

    // The logical partitions, each with the MiB in front that describes it.
    private static long ExtentOf(DiskStep.Table table) =>
        table.Partitions.Where(partition => partition.Number > 4).Sum(partition => ((partition.Size ?? 0) + 1) * MiB);

    // curtin's flags say what a partition is for: "boot" is the EFI system partition in a GPT, and the active one in an MBR.
    private static string FlagOf(DiskStep.Table table, PlacedPartition partition) => partition.Purpose switch
    {
        PartitionPurpose.Extended => "extended",
        _ when table.Type == PartitionTableType.Mbr && partition.Number > 4 => "logical",
        PartitionPurpose.BiosBoot => "bios_grub",
        PartitionPurpose.EfiSystem => "boot",
        PartitionPurpose.Swap => "swap",
        PartitionPurpose.PhysicalVolume => "lvm",
        PartitionPurpose.Raid => "raid",
        _ => partition.IsActive ? "boot" : "",
    };

    private static (string Name, object Value)[] MountOf(FileSystemTableEntry entry, int place) =>
    [
        ("type", "mount"), ("id", $"mount-{place}"),
        .. entry.Device is { } device
            ? [("device", FormatId(device))]
            : new (string, object)[] { ("spec", NameOf(entry.FileSystem.Type)), ("fstype", NameOf(entry.FileSystem.Type)) },
        ("path", entry.FileSystem.Type == FileSystemType.Swap ? "none" : entry.FileSystem.MountPoint ?? ""),
        .. entry.FileSystem.MountOptions.Length > 0 ? [("options", entry.FileSystem.MountOptions)] : Array.Empty<(string, object)>(),
    ];

    private static (string, object)[] TableOf(PlannedDevices devices, string key) =>
        devices.TableOf(key) is { } table ? [("ptable", table.Type == PartitionTableType.Gpt ? "gpt" : "msdos")] : [];

    private static string GroupId(string name) => $"vg-{name}";

    private static string FormatId(string device) => $"format-{device}";

    private static string NameOf(FileSystemType type) => StoragePlanNames.NameOf(type);

    private static string ValueOf(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => Quote.Yaml(text),
        IEnumerable<string> list => $"[{string.Join(", ", list.Select(Quote.Yaml))}]",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

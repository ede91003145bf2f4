using System.Globalization;
using System.Text;
using Maas.Core.Storage;

namespace Maas.Install.Storage;

/// <summary>
/// Writes a recipe of partman, the partitioner of the Debian installer: one disk, with or without volume groups. Sizes are in millions of
/// bytes: each is that of the plan, rounded down.
/// </summary>
internal static class PartmanStorage
{
    // What is smaller at the end of a disk is a matter of alignment.
    private const long Remainder = 8;

    /// <summary>What partman cannot do of a plan.</summary>
    public static IEnumerable<string> Refuse(PlannedDevices devices)
    {
        const string Because = "The Debian installer partitions by a recipe, which";
        if (devices.Disks.Count > 1) yield return $"{Because} has one disk, and this configuration {devices.Disks.Count}.";
        if (devices.Raids.Any()) yield return $"{Because} has no RAID here.";
        if (devices.Tables.Any() is false) yield return $"{Because} needs a partition table.";
        if (devices.Groups.Any(group => group.Members.Count > 1 || group.Members.Any(member => member[0] != 'd')))
            yield return $"{Because} makes a volume group of one partition.";
        if (devices.Special.Any()) yield return $"{Because} has no tmpfs and ramfs.";
        foreach (var (key, _, partition) in devices.Partitions)
            if (partition.Purpose == PartitionPurpose.Data && devices.FileSystemOn(key) is null)
                yield return $"{Because} makes nothing without a purpose: {devices.NameOf(key)} has no file system.";
        foreach (var made in devices.Plan.Steps.OfType<DiskStep.Format>().Select(step => step.FileSystem))
        {
            if (!IsWord(made.MountPoint ?? "") || !IsWord(made.Label))
                yield return $"{Because} has no place and label with characters other than letters, digits, and ._-/: "
                    + $"'{made.MountPoint}', '{made.Label}'.";
            if (made.MountOptions is not ("" or "defaults") && !made.MountOptions.Split(',').All(IsOption))
                yield return $"{Because} has no mount options with a value: '{made.MountOptions}'.";
        }

        foreach (var name in devices.Groups.Select(group => group.Name).Concat(devices.Volumes.Select(volume => volume.Name)))
            if (!IsWord(name)) yield return $"{Because} has no name with characters other than letters, digits, and ._-: '{name}'.";
    }

    /// <summary>The recipe on one line, a value of <c>partman-auto/expert_recipe</c>.</summary>
    public static string Write(PlannedDevices devices)
    {
        var recipe = new StringBuilder("maas ::");
        var disk = devices.Disks[0];
        foreach (var (key, _, partition) in devices.Partitions.Where(item => item.Partition.Purpose != PartitionPurpose.Extended))
        {
            var isLast = partition.Start + (partition.Size ?? 0) >= (disk.Disk.Size >> 20) - Remainder;
            var size = Millions((partition.Size ?? 0) << 20);
            Append(recipe, partition.Purpose == PartitionPurpose.BiosBoot ? 1 : size, isLast, partition.Purpose switch
            {
                PartitionPurpose.BiosBoot => "free $iflabel{ gpt } $reusemethod{ } method{ biosgrub }",
                PartitionPurpose.EfiSystem => "free $primary{ } method{ efi } format{ }" + LabelOf(devices, key),
                PartitionPurpose.PhysicalVolume =>
                    $"ext4 $defaultignore{{ }} $primary{{ }} method{{ lvm }} vg_name{{ {devices.GroupOf(key)?.Name} }}",
                _ => (IsPrimary(devices, partition) ? FileSystemOf(devices, key).Replace(" method", " $primary{ } method",
                    StringComparison.Ordinal) : FileSystemOf(devices, key)) + (partition.IsActive ? " $bootable{ }" : ""),
            });
        }

        foreach (var volume in devices.Volumes)
            Append(recipe, volume.Size is { } size ? Millions(size) : 100, volume.Size is null,
                FileSystemOf(devices, volume.Device).Replace(
                    " method", $" $lvmok{{ }} in_vg{{ {volume.Group} }} lv_name{{ {volume.Name} }} method", StringComparison.Ordinal));
        return recipe.ToString();
    }

    private static bool IsPrimary(PlannedDevices devices, PlacedPartition partition) =>
        devices.Tables.All(table => table.Type == PartitionTableType.Mbr) && partition.Number < 4;

    // MINIMUM PRIORITY MAXIMUM: a partition whose three are the same has this size.
    private static void Append(StringBuilder recipe, long size, bool takesRest, string what) => recipe
        .Append(CultureInfo.InvariantCulture, $" {(takesRest ? size * 9 / 10 : size)} {size} {(takesRest ? -1 : size)} {what} .");

    private static string FileSystemOf(PlannedDevices devices, string key)
    {
        if (devices.FileSystemOn(key) is not { } made) return "free method{ keep }";
        if (made.Type == FileSystemType.Swap) return "linux-swap method{ swap } format{ }";
        var name = made.Type is FileSystemType.Vfat ? "fat32" : StoragePlanNames.NameOf(made.Type);
        var text = new StringBuilder($"{name} method{{ format }} format{{ }} use_filesystem{{ }} filesystem{{ {name} }}");
        if (made.MountPoint is ['/', ..] point) text.Append($" mountpoint{{ {point} }}");
        if (made.MountOptions is not ("" or "defaults"))
            foreach (var option in made.MountOptions.Split(',')) text.Append($" options/{option}{{ {option} }}");
        return text.Append(LabelOf(devices, key)).ToString();
    }

    private static string LabelOf(PlannedDevices devices, string key) =>
        devices.FileSystemOn(key) is { Label: { Length: > 0 } label } ? $" label{{ {label} }}" : "";

    private static long Millions(long bytes) => Math.Max(1, bytes / 1_000_000);

    private static bool IsWord(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/');

    private static bool IsOption(string option) =>
        option.Length > 0 && option.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
}

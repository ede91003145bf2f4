using System.Text;
using Maas.Core.Storage;
using Maas.Install.Quoting;

namespace Maas.Install.Storage;

/// <summary>
/// Writes the storage commands of a kickstart file, as commands of the shell that print them: <c>%pre</c> has found the disks, and keeps
/// their names in the variables <c>d1</c>, <c>d2</c> …
/// </summary>
/// <remarks>
/// Anaconda decides on the order of partitions, and on the place of each. It makes a file system only to mount it, partitions disks only,
/// and its boot loader reads <c>/boot</c> from a partition or a mirror.
/// </remarks>
internal static class KickstartStorage
{
    /// <summary>What Anaconda cannot do of a plan.</summary>
    public static IEnumerable<string> Refuse(PlannedDevices devices, string osSystem)
    {
        if (devices.Disks.Where(disk => devices.TableOf(disk.Key) is null).Select(disk => disk.Disk.Name).ToList() is { Count: > 0 } whole)
            yield return $"Anaconda makes file systems and groups on partitions only: {string.Join(", ", whole)} has no partition table.";
        if (devices.Tables.Any(table => !devices.IsDisk(table.Device)))
            yield return "Anaconda does not partition a RAID.";
        if (devices.Tables.Select(table => table.Type).Distinct().Count() > 1)
            yield return "Anaconda makes one kind of partition table on all disks.";
        if (devices.Raids.Any(raid => raid.Members.Concat(raid.Spares).Any(member => !member.Contains('.', StringComparison.Ordinal))))
            yield return "Anaconda builds a RAID of partitions only.";
        if (devices.Groups.Any(group => group.Members.Any(member => member[0] == 'v')))
            yield return "Anaconda builds no volume group of logical volumes.";
        foreach (var device in Carriers(devices))
            if (WhyNot(devices, device, osSystem) is { } reason) yield return reason;
        if (devices.BootDevice is { } boot && boot[0] is 'v' or 'm' && !IsMirror(devices, boot))
            yield return $"Anaconda's boot loader reads /boot from a partition or a mirror only, not from {devices.NameOf(boot)}: "
                + "configure a partition for /boot (boot_size of a layout).";
    }

    /// <summary>The commands of the shell, a line each.</summary>
    public static string Write(PlannedDevices devices)
    {
        var text = new StringBuilder();
        foreach (var line in Lines(devices)) text.Append("printf '%s\\n' ").Append(line.ToShell()).Append('\n');
        return text.ToString();
    }

    private static string? WhyNot(PlannedDevices devices, string device, string osSystem) => devices.FileSystemOn(device) switch
    {
        null when devices.RaidOf(device) is null && devices.GroupOf(device) is null =>
            $"Anaconda makes nothing without a purpose: {devices.NameOf(device)} has no file system.",
        null => null,
        _ when !devices.IsUsed(device) => $"Anaconda mounts each file system that it makes: that on {devices.NameOf(device)} has no place.",
        { Type: FileSystemType.Btrfs } when osSystem != "fedora" => $"Anaconda of {osSystem} does not support btrfs.",
        { Type: FileSystemType.Btrfs } when !device.StartsWith('d') => "Anaconda makes btrfs on partitions only.",
        _ => null,
    };

    private static IEnumerable<string> Carriers(PlannedDevices devices) =>
        devices.Partitions.Where(item => item.Partition.Purpose is not (PartitionPurpose.BiosBoot or PartitionPurpose.Extended))
            .Select(item => item.Key)
            .Concat(devices.Raids.Select(raid => raid.Device))
            .Concat(devices.Volumes.Select(volume => volume.Device));

    private static bool IsMirror(PlannedDevices devices, string device) =>
        devices.Raids.Any(raid => raid.Device == device && raid.Level == 1);

    private static IEnumerable<Line> Lines(PlannedDevices devices)
    {
        var all = devices.Disks.Select(disk => disk.Key).ToList();
        var isGpt = devices.Tables.All(table => table.Type == PartitionTableType.Gpt);
        yield return new Line("ignoredisk").Disks("--only-use", all);
        yield return new Line("clearpart --all --initlabel").Add("--disklabel", isGpt ? "gpt" : "msdos").Disks("--drives", all);
        yield return new Line("bootloader").Disks("--boot-drive", [all[0]]);
        foreach (var (key, table, partition) in devices.Partitions.Where(item => item.Partition.Purpose != PartitionPurpose.Extended))
            yield return new Line("part").Purpose(PurposeOf(devices, key, partition))
                .Add("--size", $"{partition.Size}").Disks("--ondisk", [table.Device])
                .FileSystem(FileSystemOf(devices, key, partition));
        foreach (var raid in devices.Raids)
            yield return new Line("raid").Purpose(PurposeOf(devices, raid.Device, null))
                .Add("--device", raid.Name).Add("--level", $"RAID{raid.Level}")
                .Add("--spares", raid.Spares.Count > 0 ? $"{raid.Spares.Count}" : "")
                .FileSystem(devices.FileSystemOn(raid.Device)).Words(raid.Members.Concat(raid.Spares).Select(RaidMember));
        foreach (var group in devices.Groups)
            yield return new Line("volgroup").Words([group.Name, .. group.Members.Select(PhysicalVolume)]);
        foreach (var volume in devices.Volumes)
            yield return new Line("logvol").Purpose(PurposeOf(devices, volume.Device, null))
                .Add("--vgname", volume.Group).Add("--name", volume.Name)
                .Add("--size", volume.Size is { } size ? $"{size >> 20}" : "1").Words(volume.Size is null ? ["--grow"] : [])
                .FileSystem(devices.FileSystemOn(volume.Device));
        foreach (var (key, _, _) in devices.Partitions)
            if (devices.FileSystemOn(key) is { Type: FileSystemType.Btrfs } made)
                yield return new Line("btrfs").Purpose(made.MountPoint ?? "").Add("--label", made.Label).Words([Btrfs(key)]);
    }

    private static FileSystem? FileSystemOf(PlannedDevices devices, string key, PlacedPartition partition) =>
        partition.Purpose is not PartitionPurpose.BiosBoot && devices.FileSystemOn(key) is { Type: not FileSystemType.Btrfs } made
            ? made : null;

    private static string PurposeOf(PlannedDevices devices, string key, PlacedPartition? partition) =>
        partition?.Purpose == PartitionPurpose.BiosBoot ? "biosboot"
        : devices.RaidOf(key) is not null ? RaidMember(key)
        : devices.GroupOf(key) is not null ? PhysicalVolume(key)
        : devices.FileSystemOn(key) switch
        {
            { Type: FileSystemType.Swap } => "swap",
            { Type: FileSystemType.Btrfs } => Btrfs(key),
            { MountPoint: { } point } => point,
            _ => throw new InvalidOperationException("Refuse has found that the device has no purpose."),
        };

    private static string RaidMember(string key) => $"raid.{NameOf(key)}";

    private static string PhysicalVolume(string key) => $"pv.{NameOf(key)}";

    private static string Btrfs(string key) => $"btrfs.{NameOf(key)}";

    private static string NameOf(string key) => key.Replace('.', '_');

    /// <summary>One command of the kickstart file. The names of disks are variables of the shell that writes it.</summary>
    private sealed class Line(string command)
    {
        private readonly StringBuilder _shell = new(Quote.Shell(command));

        public Line Purpose(string value) => Words([value]);

        public Line Words(IEnumerable<string> values)
        {
            foreach (var value in values)
                _shell.Append(Quote.Shell($" {(Quote.IsPlain(value) ? value : Quote.Kickstart(value))}"));
            return this;
        }

        public Line Add(string name, string value)
        {
            if (value.Length > 0) _shell.Append(Quote.Shell($" {name}={(Quote.IsPlain(value) ? value : Quote.Kickstart(value))}"));
            return this;
        }

        public Line Disks(string name, IReadOnlyList<string> keys)
        {
            _shell.Append(Quote.Shell($" {name}="));
            for (var i = 0; i < keys.Count; i++) _shell.Append(i == 0 ? "" : ",").Append($"\"${keys[i]}\"");
            return this;
        }

        public Line FileSystem(FileSystem? made) => made is null ? this
            : Add("--fstype", made.MountPoint == "/boot/efi" ? "efi"
                : made.Type == FileSystemType.Fat32 ? "vfat"
                : StoragePlanNames.NameOf(made.Type)).Add("--label", made.Label).Add("--fsoptions", made.MountOptions);

        public string ToShell() => _shell.ToString();
    }
}

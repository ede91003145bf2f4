using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>
/// One step of a <see cref="DiskPlan"/>. Devices are named by their keys: <c>d1</c> is a disk, <c>d1.2</c> its partition 2, <c>m0</c> a
/// RAID, <c>v1</c> a logical volume.
/// </summary>
public abstract record DiskStep
{
    private DiskStep() { }

    /// <summary>The step as lines of fields, the verb first.</summary>
    internal abstract IEnumerable<IReadOnlyList<string>> Lines { get; }

    /// <summary>Removes what identifies old content at both ends of a disk and of its old partitions.</summary>
    /// <param name="Disk">The disk.</param>
    public sealed record Wipe(string Disk) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["wipe", Disk]];
    }

    /// <summary>Writes a partition table.</summary>
    /// <param name="Device">The disk or RAID.</param>
    /// <param name="Type">The kind of table.</param>
    /// <param name="Partitions">All partitions by number.</param>
    public sealed record Table(string Device, PartitionTableType Type, IReadOnlyList<PlacedPartition> Partitions) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines =>
        [
            ["table", Device, Type == PartitionTableType.Gpt ? "gpt" : "dos"],
            .. Partitions.Select(partition => (string[])
            [
                "part", Device, Number(partition.Number), Number(partition.Start), partition.Size is { } size ? Number(size) : "",
                partition.Type, partition.Uuid?.ToString() ?? "", partition.IsActive ? "active" : "",
            ]),
            ["commit", Device],
        ];
    }

    /// <summary>Builds a RAID.</summary>
    /// <param name="Device">Its key.</param>
    /// <param name="Level">Its level.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Uuid">Its UUID.</param>
    /// <param name="Members">The active devices.</param>
    /// <param name="Spares">The spare devices.</param>
    public sealed record Raid(
        string Device, int Level, string Name, Guid Uuid, IReadOnlyList<string> Members, IReadOnlyList<string> Spares) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines =>
            [["raid", Device, Number(Level), Name, Uuid.ToString(), string.Join(',', Members), string.Join(',', Spares)]];
    }

    /// <summary>Makes a volume group of devices.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Members">The physical volumes.</param>
    public sealed record VolumeGroup(string Name, IReadOnlyList<string> Members) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["vg", Name, string.Join(',', Members)]];
    }

    /// <summary>Makes a logical volume.</summary>
    /// <param name="Device">Its key.</param>
    /// <param name="Group">The name of its volume group.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Size">In bytes; <see langword="null"/> for the rest of the group.</param>
    public sealed record LogicalVolume(string Device, string Group, string Name, long? Size) : DiskStep
    {
        // Device mapper doubles the hyphens of both names and puts one between them.
        internal override IEnumerable<IReadOnlyList<string>> Lines =>
            [["lv", Device, Group, Name, $"{Doubled(Group)}-{Doubled(Name)}", Size is { } size ? Number(size) : ""]];

        private static string Doubled(string name) => name.Replace("-", "--", StringComparison.Ordinal);
    }

    /// <summary>Makes a file system or swap space.</summary>
    /// <param name="Device">What carries it.</param>
    /// <param name="FileSystem">The file system.</param>
    public sealed record Format(string Device, FileSystem FileSystem) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines =>
        [
            ["mkfs", Device, StorageNames.NameOf(FileSystem.Type), FileSystemLimits.IdentifierOf(FileSystem), FileSystem.Label],
        ];
    }

    /// <summary>Mounts a file system below the new root; what contains others comes first.</summary>
    /// <param name="Device">What carries it.</param>
    /// <param name="Point">Where: an absolute path.</param>
    /// <param name="Type">Its type.</param>
    public sealed record Mount(string Device, string Point, FileSystemType Type) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["mount", Device, Point, FileSystemLimits.KernelNameOf(Type)]];
    }

    /// <summary>Unpacks the archive into the new root.</summary>
    public sealed record Unpack : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["unpack"]];
    }

    /// <summary>Replaces <c>/etc/fstab</c>.</summary>
    /// <param name="Entries">What it mounts, in order.</param>
    public sealed record FileSystemTable(IReadOnlyList<FileSystemTableEntry> Entries) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines =>
            [["fstab"], .. Entries.Select(entry => (string[])["fstab-line", entry.ToString()])];
    }

    /// <summary>Installs GRUB in the boot sector of disks, for a BIOS.</summary>
    /// <param name="Disks">The disks, the boot disk first.</param>
    public sealed record BiosBootLoader(IReadOnlyList<string> Disks) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["grub-bios", string.Join(',', Disks)]];
    }

    /// <summary>Installs GRUB in the EFI system partition that is mounted at <c>/boot/efi</c>.</summary>
    /// <param name="Target">GRUB's name of the platform.</param>
    public sealed record UefiBootLoader(string Target) : DiskStep
    {
        internal override IEnumerable<IReadOnlyList<string>> Lines => [["grub-uefi", Target]];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>One step of a <see cref="DiskPlan"/>.</summary>
internal abstract record DiskStep
{
    private DiskStep() { }

    /// <summary>The step as lines of fields, the verb first.</summary>
    public abstract IEnumerable<IReadOnlyList<string>> Lines { get; }

    /// <summary>Removes what identifies old content at both ends of a disk and of its old partitions.</summary>
    /// <param name="Disk">The disk.</param>
    public sealed record Wipe(string Disk) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["wipe", Disk]];
    }

    /// <summary>Writes a partition table.</summary>
    /// <param name="Device">The disk or RAID.</param>
    /// <param name="Type">The kind of table.</param>
    /// <param name="Partitions">All partitions by number.</param>
    public sealed record Table(string Device, PartitionTableType Type, IReadOnlyList<PlacedPartition> Partitions) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines =>
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
        public override IEnumerable<IReadOnlyList<string>> Lines =>
            [["raid", Device, Number(Level), Name, Uuid.ToString(), string.Join(',', Members), string.Join(',', Spares)]];
    }

    /// <summary>Makes a volume group of devices.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Members">The physical volumes.</param>
    public sealed record VolumeGroup(string Name, IReadOnlyList<string> Members) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["vg", Name, string.Join(',', Members)]];
    }

    /// <summary>Makes a logical volume.</summary>
    /// <param name="Device">Its key.</param>
    /// <param name="Group">The name of its volume group.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Size">In bytes; <see langword="null"/> for the rest of the group.</param>
    public sealed record LogicalVolume(string Device, string Group, string Name, long? Size) : DiskStep
    {
        // Device mapper doubles the hyphens of both names and puts one between them.
        public override IEnumerable<IReadOnlyList<string>> Lines =>
            [["lv", Device, Group, Name, $"{Doubled(Group)}-{Doubled(Name)}", Size is { } size ? Number(size) : ""]];

        private static string Doubled(string name) => name.Replace("-", "--", StringComparison.Ordinal);
    }

    /// <summary>Makes a file system or swap space.</summary>
    /// <param name="Device">What carries it.</param>
    /// <param name="FileSystem">The file system.</param>
    public sealed record Format(string Device, FileSystem FileSystem) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines =>
        [
            ["mkfs", Device, StorageNames.NameOf(FileSystem.Type), FileSystemLimits.IdentifierOf(FileSystem), FileSystem.Label],
        ];
    }

    /// <summary>Mounts a file system below the new root.</summary>
    /// <param name="Device">What carries it.</param>
    /// <param name="Point">Where.</param>
    /// <param name="Type">Its type.</param>
    public sealed record Mount(string Device, string Point, FileSystemType Type) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["mount", Device, Point, FileSystemLimits.KernelNameOf(Type)]];
    }

    /// <summary>Unpacks the archive into the new root.</summary>
    public sealed record Unpack : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["unpack"]];
    }

    /// <summary>Replaces <c>/etc/fstab</c>.</summary>
    /// <param name="Entries">Its lines, without comments.</param>
    public sealed record FileSystemTable(IReadOnlyList<string> Entries) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines =>
            [["fstab"], .. Entries.Select(entry => (string[])["fstab-line", entry])];
    }

    /// <summary>Installs GRUB in the boot sector of disks, for a BIOS.</summary>
    /// <param name="Disks">The disks, the boot disk first.</param>
    public sealed record BiosBootLoader(IReadOnlyList<string> Disks) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["grub-bios", string.Join(',', Disks)]];
    }

    /// <summary>Installs GRUB in the EFI system partition that is mounted at <c>/boot/efi</c>.</summary>
    /// <param name="Target">GRUB's name of the platform.</param>
    public sealed record UefiBootLoader(string Target) : DiskStep
    {
        public override IEnumerable<IReadOnlyList<string>> Lines => [["grub-uefi", Target]];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A partition with its place.</summary>
/// <param name="Number">Its number in the table.</param>
/// <param name="Start">Where it begins, in MiB.</param>
/// <param name="Size">In MiB; <see langword="null"/> for the rest of the device.</param>
/// <param name="Type">GPT's type GUID, or MBR's type in hexadecimal.</param>
/// <param name="Uuid">Its UUID in a GUID partition table; <see langword="null"/> for none.</param>
/// <param name="IsActive">Whether it has MBR's active flag.</param>
internal sealed record PlacedPartition(int Number, long Start, long? Size, string Type, Guid? Uuid, bool IsActive);

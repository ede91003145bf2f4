namespace Maas.Core.Storage;

/// <summary>The names in MAAS's API of types, levels, modes, devices, partitions and cache sets.</summary>
public static class StorageNames
{
    internal static readonly ChoiceTable<FileSystemType> Formats = new(
        (FileSystemType.Ext2, "ext2"),
        (FileSystemType.Ext4, "ext4"),
        (FileSystemType.Xfs, "xfs"),
        (FileSystemType.Fat32, "fat32"),
        (FileSystemType.Vfat, "vfat"),
        (FileSystemType.Swap, "swap"),
        (FileSystemType.Ramfs, "ramfs"),
        (FileSystemType.Tmpfs, "tmpfs"),
        (FileSystemType.Btrfs, "btrfs"),
        (FileSystemType.ZfsRoot, "zfsroot"));

    internal static readonly ChoiceTable<FileSystemType> SpecialFormats = new(
        (FileSystemType.Ramfs, "ramfs"),
        (FileSystemType.Tmpfs, "tmpfs"));

    internal static readonly ChoiceTable<FileSystemGroupType> RaidLevels = new(
        (FileSystemGroupType.Raid0, "raid-0"),
        (FileSystemGroupType.Raid1, "raid-1"),
        (FileSystemGroupType.Raid5, "raid-5"),
        (FileSystemGroupType.Raid6, "raid-6"),
        (FileSystemGroupType.Raid10, "raid-10"));

    internal static readonly ChoiceTable<CacheMode> CacheModes = new(
        (CacheMode.Writeback, "writeback"),
        (CacheMode.Writethrough, "writethrough"),
        (CacheMode.Writearound, "writearound"));

    internal static readonly ChoiceTable<PartitionTableType> Tables = new(
        (PartitionTableType.Mbr, "MBR"),
        (PartitionTableType.Gpt, "GPT"));

    private static readonly ChoiceTable<FileSystemType> Roles = new(
        (FileSystemType.LvmPhysicalVolume, "lvm-pv"),
        (FileSystemType.Raid, "raid"),
        (FileSystemType.RaidSpare, "raid-spare"),
        (FileSystemType.BcacheCache, "bcache-cache"),
        (FileSystemType.BcacheBacking, "bcache-backing"));

    /// <summary>The name of a file system type (<c>ext4</c>, <c>lvm-pv</c>).</summary>
    public static string NameOf(FileSystemType type) => Formats.NameOf(type) ?? Roles.NameOf(type);

    /// <summary>The name of a group type (<c>lvm-vg</c>, <c>raid-5</c>, <c>bcache</c>).</summary>
    public static string NameOf(FileSystemGroupType type) => type switch
    {
        FileSystemGroupType.VolumeGroup => "lvm-vg",
        FileSystemGroupType.Bcache => "bcache",
        _ => RaidLevels.NameOf(type),
    };

    /// <summary>The name of a cache mode.</summary>
    public static string NameOf(CacheMode mode) => CacheModes.NameOf(mode);

    /// <summary>The name of a kind of partition table.</summary>
    public static string NameOf(PartitionTableType type) => Tables.NameOf(type);

    /// <summary>The name of a device: a logical volume is shown with its volume group (<c>vgroot-lvroot</c>).</summary>
    public static string NameOf(StorageConfig config, BlockDevice device) =>
        config.FindGroup(device.Group) is { Type: FileSystemGroupType.VolumeGroup } group ? $"{group.Name}-{device.Name}" : device.Name;

    /// <summary>The name of a partition (<c>sda-part1</c>).</summary>
    public static string NameOf(StorageConfig config, BlockDevice device, DiskPartition partition) =>
        $"{NameOf(config, device)}-part{partition.Number}";

    /// <summary>The name of a cache set (<c>cache0</c>).</summary>
    public static string NameOf(StorageConfig config, CacheSet set) =>
        $"cache{config.CacheSets.Index().First(item => item.Item.Id == set.Id).Index}";

    internal static string NounOf(FileSystemGroupType type) => type switch
    {
        FileSystemGroupType.VolumeGroup => "volume group",
        FileSystemGroupType.Bcache => "Bcache",
        _ => "RAID",
    };
}

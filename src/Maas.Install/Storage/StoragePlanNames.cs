using Maas.Core.Storage;

namespace Maas.Install.Storage;

/// <summary>The installers' names of file systems.</summary>
internal static class StoragePlanNames
{
    public static string NameOf(FileSystemType type) => type switch
    {
        FileSystemType.Ext2 => "ext2",
        FileSystemType.Ext4 => "ext4",
        FileSystemType.Xfs => "xfs",
        FileSystemType.Btrfs => "btrfs",
        FileSystemType.Fat32 => "fat32",
        FileSystemType.Vfat => "vfat",
        FileSystemType.Swap => "swap",
        FileSystemType.Tmpfs => "tmpfs",
        FileSystemType.Ramfs => "ramfs",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The planner refuses it."),
    };
}

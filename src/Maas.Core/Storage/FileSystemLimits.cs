using System.Globalization;
using System.Text;

namespace Maas.Core.Storage;

/// <summary>What the tools and the boot loader allow of each type of file system.</summary>
internal static class FileSystemLimits
{
    private const long MiB = 1024 * 1024;

    /// <summary>Why a file system cannot be made on a device of a size; <see langword="null"/> when it can.</summary>
    public static string? Refuse(FileSystem fileSystem, long size)
    {
        var name = StorageNames.NameOf(fileSystem.Type);
        var (longestLabel, smallest) = fileSystem.Type switch
        {
            FileSystemType.Ext2 or FileSystemType.Ext4 => (16, MiB),
            FileSystemType.Xfs => (12, 300 * MiB),
            FileSystemType.Btrfs => (255, 112 * MiB),
            FileSystemType.Fat32 => (11, 36 * MiB),
            FileSystemType.Vfat => (11, MiB),
            FileSystemType.Swap => (16, MiB),
            _ => (0, 0L),
        };
        if (longestLabel == 0) return $"The file system {name} is not made by this environment.";
        if (size < smallest) return $"The file system {name} needs at least {smallest / MiB} MiB, and its device has {size / MiB}.";
        return Encoding.UTF8.GetByteCount(fileSystem.Label) > longestLabel
            ? $"The label '{fileSystem.Label}' has more than the {longestLabel} bytes that {name} has room for."
            : null;
    }

    /// <summary>Whether it keeps owners and permissions, as a root file system must.</summary>
    public static bool MayBeRoot(FileSystemType type) =>
        type is FileSystemType.Ext2 or FileSystemType.Ext4 or FileSystemType.Xfs or FileSystemType.Btrfs;

    /// <summary>Whether it is a FAT, which UEFI firmware reads.</summary>
    public static bool IsFat(FileSystemType type) => type is FileSystemType.Fat32 or FileSystemType.Vfat;

    /// <summary>The kernel's name of the type.</summary>
    public static string KernelNameOf(FileSystemType type) => IsFat(type) ? "vfat" : StorageNames.NameOf(type);

    /// <summary>What <c>blkid</c> shows as its UUID: a FAT has a volume number of 32 bits (<c>1A2B-3C4D</c>).</summary>
    public static string IdentifierOf(FileSystem fileSystem)
    {
        if (!IsFat(fileSystem.Type)) return fileSystem.Uuid.ToString();
        var digits = fileSystem.Uuid.ToString("N", CultureInfo.InvariantCulture)[..8].ToUpperInvariant();
        return $"{digits[..4]}-{digits[4..]}";
    }
}

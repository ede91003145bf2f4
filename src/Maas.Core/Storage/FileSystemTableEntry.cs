using System.Text;

namespace Maas.Core.Storage;

/// <summary>A line of <c>/etc/fstab</c>.</summary>
/// <param name="Device">The key of what carries the file system; <see langword="null"/> for tmpfs and ramfs.</param>
/// <param name="FileSystem">What is mounted: its type, place and options.</param>
public sealed record FileSystemTableEntry(string? Device, FileSystem FileSystem)
{
    /// <summary>The line, without a line break: what is mounted is named by its UUID.</summary>
    public override string ToString()
    {
        // fstab(5): what is mounted, where, its type, its options, whether dump(8) saves it, and when fsck(8) checks it.
        var source = Device is null ? StorageNames.NameOf(FileSystem.Type) : $"UUID={FileSystemLimits.IdentifierOf(FileSystem)}";
        var isSwap = FileSystem.Type == FileSystemType.Swap;
        var options = FileSystem.MountOptions.Length > 0 ? FileSystem.MountOptions : isSwap ? "sw" : "defaults";
        var pass = FileSystem.Type is not (FileSystemType.Ext2 or FileSystemType.Ext4 or FileSystemType.Fat32 or FileSystemType.Vfat) ? 0
            : FileSystem.MountPoint == "/" ? 1
            : 2;
        var point = isSwap ? "none" : FileSystem.MountPoint ?? "";
        return $"{source} {Escape(point)} {FileSystemLimits.KernelNameOf(FileSystem.Type)} {Escape(options)} 0 {pass}";
    }

    private static string Escape(string field)
    {
        var escaped = new StringBuilder();
        foreach (var letter in field)
        {
            if (letter is ' ' or '\\' or '#') escaped.Append('\\').Append(Convert.ToString(letter, 8).PadLeft(3, '0'));
            else escaped.Append(letter);
        }

        return escaped.ToString();
    }
}

using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Primitives;

/// <summary>The length of an open file, also of a block device, whose status has none.</summary>
internal static class FileLength
{
    public static long Of(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        return length == 0 && OperatingSystem.IsLinux() ? Math.Max(0, Posix.SeekToEnd(file)) : length;
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Primitives;

/// <summary>
/// Where a file has no bytes on its medium: <c>lseek(2)</c> with <c>SEEK_DATA</c>. It moves the handle's position, which is not used here.
/// </summary>
internal static class FileHoles
{
    private const int SeekData = 3;
    private const int NothingBehind = 6; // ENXIO

    /// <summary>Whether this stretch is known to be a hole; false when unknown.</summary>
    public static bool IsHole(SafeFileHandle file, long offset, long length)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var data = Seek(file, offset, SeekData);
        return data < 0 ? Marshal.GetLastPInvokeError() == NothingBehind : data >= offset + length;
    }

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long Seek(SafeFileHandle file, long offset, int whence);
}

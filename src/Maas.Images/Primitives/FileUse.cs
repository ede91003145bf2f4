using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Primitives;

/// <summary>
/// Whether another program uses an image file. QEMU holds locks of open file descriptions (OFD) on single bytes, as its
/// block/file-posix.c has them: 100 + n is held
/// shared by a program that needs permission n, 200 + n by one that denies it to all others; n is 0 to read, 1 to write, 2 to write what
/// is there, 3 to resize. A loop device names its
/// file in sysfs. .NET's own exclusive opening (flock) sees neither.
/// </summary>
internal static class FileUse
{
    private const int Permissions = 4;
    private const int Needs = 100, Denies = 200;
    private const int GetLock = 36, SetLock = 37; // F_OFD_GETLK, F_OFD_SETLK
    private const short ReadLock = 0, WriteLock = 1, Unlocked = 2;

    /// <summary>Holds an image against QEMU as long as the handle is open, and refuses one that QEMU or a loop device holds.</summary>
    /// <param name="image">Open for reading and writing.</param>
    /// <param name="path">Its name, links resolved.</param>
    public static void Hold(SafeFileHandle image, string path)
    {
        if (!IsSupported) return;
        // First the own locks, then the look at those of others: of two programs that come at once at least one sees the other.
        for (var n = 0; n < Permissions; n++)
        {
            Set(image, Needs + n);
            Set(image, Denies + n);
        }

        RequireUnused(image, path);
    }

    /// <summary>Refuses a file that QEMU or a loop device uses; one that is not there is not used.</summary>
    public static void RequireUnused(string path)
    {
        if (!IsSupported || !File.Exists(path)) return;
        using var file = OpenIfAllowed(path);
        if (file is not null) RequireUnused(file, path);
    }

    [SupportedOSPlatformGuard("linux")]
    private static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>
    /// A file that this process may replace and not read has locks that it cannot see. Opening it finds an edit of this library's.
    /// </summary>
    private static SafeFileHandle? OpenIfAllowed(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception closed) when (closed is UnauthorizedAccessException or FileNotFoundException)
        {
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private static void RequireUnused(SafeFileHandle image, string path)
    {
        for (var n = 0; n < Permissions; n++)
        {
            if (IsLocked(image, Needs + n) || IsLocked(image, Denies + n))
                throw new IOException(
                    $"{path} is in use by another program, such as a running virtual machine (QEMU): shut it down first. Nothing was " +
                    "changed.");
        }

        if (LoopDeviceOf(path) is { } loop)
            throw new IOException($"{path} is in use as {loop}: detach it first (losetup -d {loop}). Nothing was changed.");
    }

    private static string? LoopDeviceOf(string path)
    {
        const string Devices = "/sys/block";
        if (!Directory.Exists(Devices) || FileStatus.OfTarget(path) is not { } status) return null;
        foreach (var device in Directory.EnumerateFileSystemEntries(Devices, "loop*"))
        {
            var name = Path.Combine(device, "loop", "backing_file");
            if (!File.Exists(name)) continue;
            if (FileStatus.OfTarget(ReadName(name)) is { } backing
                && backing.FileNumber == status.FileNumber && backing.FileSystem == status.FileSystem)
                return $"/dev/{Path.GetFileName(device)}";
        }

        return null;
    }

    /// <summary>The name in a file of sysfs, whose length says nothing: it is a page, whatever is in it.</summary>
    private static string ReadName(string file)
    {
        Span<byte> name = stackalloc byte[4096];
        try
        {
            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return FileName.Decode(name[..content.ReadAtLeast(name, name.Length, throwOnEndOfStream: false)]).TrimEnd('\n');
        }
        catch (IOException)
        {
            return ""; // detached since it was listed
        }
    }

    [SupportedOSPlatform("linux")]
    private static bool IsLocked(SafeFileHandle image, long at)
    {
        var query = new Lock { Kind = WriteLock, Start = at, Length = 1 };
        return Control(image, GetLock, ref query) == 0 && query.Kind != Unlocked;
    }

    // A file system without locks refuses them all, so no other program has one either.
    [SupportedOSPlatform("linux")]
    private static void Set(SafeFileHandle image, long at)
    {
        var wanted = new Lock { Kind = ReadLock, Start = at, Length = 1 };
        _ = Control(image, SetLock, ref wanted);
    }

    /// <summary><c>struct flock</c> of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Lock
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle file, int command, ref Lock request);
}

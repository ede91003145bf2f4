using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Primitives;

/// <summary>
/// Linux system calls that .NET does not offer. Paths are bytes (<see cref="FileName"/>), so that a name that is not UTF-8 stays what it
/// is.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class Posix
{
    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2;
    public const int Create = 0x40, Exclusive = 0x80, CloseOnExec = 0x80000;

    public const int NoEntry = 2, Busy = 16, Exists = 17;

    private const int SeekEnd = 2;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;

    /// <summary>Opens a path; the caller learns from the exception's text what failed.</summary>
    /// <param name="path">The path.</param>
    /// <param name="flags">The flags of open(2) that have the same value on every architecture.</param>
    /// <param name="mode">The mode of a file that is created.</param>
    public static SafeFileHandle Open(string path, int flags, uint mode = 0)
    {
        var descriptor = OpenFile(Terminated(path), flags | CloseOnExec, mode);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(path);
    }

    /// <summary>The position of the end of an open file or device; negative where it has none.</summary>
    public static long SeekToEnd(SafeFileHandle file) => SeekFile(file, 0, SeekEnd);

    public static void MakeDirectory(string path) => Require(MakeFolder(Terminated(path), 0x1C0), path);

    public static void MakeSymbolicLink(string target, string path) => Require(MakeLink(Terminated(target), Terminated(path)), path);

    public static void Unlink(string path)
    {
        if (RemoveName(Terminated(path)) != 0 && Marshal.GetLastPInvokeError() != NoEntry) throw Failure(path);
    }

    public static void SetMode(string path, UnixFileMode mode) => Require(ChangeMode(Terminated(path), (uint)mode), path);

    /// <summary>Gives an open file to another user; false where this process may not.</summary>
    public static bool TrySetOwner(SafeFileHandle file, uint user, uint group) => ChangeOwner(file, user, group) == 0;

    /// <summary>Sets the time of the last change of content; links are not followed.</summary>
    public static void SetModifiedAt(string path, DateTimeOffset time)
    {
        const long Now = 0x3FFFFFFF, Omit = 0x3FFFFFFE; // UTIME_NOW and UTIME_OMIT are not times of a file
        var (seconds, nanoseconds) = (time.ToUnixTimeSeconds(), time.Ticks % TimeSpan.TicksPerSecond * 100);
        if (nanoseconds is Now or Omit) nanoseconds = 0;
        Require(SetTimes(CurrentDirectory, Terminated(path), [0, Omit, seconds, nanoseconds], NoFollow), path);
    }

    /// <summary>Where a symbolic link points, as written.</summary>
    public static string ReadLink(string path)
    {
        for (var buffer = new byte[256]; ; buffer = new byte[buffer.Length * 4])
        {
            var length = ReadLinkTarget(Terminated(path), buffer, (nuint)buffer.Length);
            if (length < 0) throw Failure(path);
            if (length < buffer.Length) return FileName.Decode(buffer.AsSpan(0, (int)length));
        }
    }

    /// <summary>The names in a directory without <c>.</c> and <c>..</c>, in the file system's order.</summary>
    public static List<string> Names(string path)
    {
        var directory = OpenDirectory(Terminated(path));
        if (directory == 0) throw Failure(path);
        try
        {
            List<string> names = [];
            while (true)
            {
                Marshal.SetLastSystemError(0); // the end and a failure differ by errno alone
                var entry = ReadDirectory(directory);
                if (entry == 0) return Marshal.GetLastPInvokeError() == 0 ? names : throw Failure(path);
                var name = FileName.Decode(NameOf(entry));
                if (name is not ("." or "..")) names.Add(name);
            }
        }
        finally
        {
            _ = CloseDirectory(directory);
        }
    }

    public static IOException Failure(string path)
    {
        var (error, message) = (Marshal.GetLastPInvokeError(), $"{path}: {Marshal.GetLastPInvokeErrorMessage()}.");
        return error == NoEntry ? new FileNotFoundException(message, path) : new IOException(message);
    }

    private static byte[] Terminated(string text) => [.. FileName.Encode(text), 0];

    private static void Require(int result, string path)
    {
        if (result != 0) throw Failure(path);
    }

    /// <summary>
    /// The name of a <c>struct dirent</c>: 0 inode:64  8 offset:64  16 length:16  18 kind:8  19 name, which ends with a NUL.
    /// </summary>
    private static byte[] NameOf(nint entry)
    {
        const int NameOffset = 19;
        var length = 0;
        while (Marshal.ReadByte(entry, NameOffset + length) != 0) length++;
        var name = new byte[length];
        Marshal.Copy(entry + NameOffset, name, 0, length);
        return name;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile(byte[] path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long SeekFile(SafeFileHandle file, long offset, int whence);

    [DllImport("libc", EntryPoint = "mkdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFolder(byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "symlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeLink(byte[] target, byte[] path);

    [DllImport("libc", EntryPoint = "unlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RemoveName(byte[] path);

    [DllImport("libc", EntryPoint = "chmod", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeMode(byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [DllImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetTimes(int directory, byte[] path, long[] times, int flags);

    [DllImport("libc", EntryPoint = "readlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadLinkTarget(byte[] path, byte[] target, nuint size);

    [DllImport("libc", EntryPoint = "opendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint OpenDirectory(byte[] path);

    [DllImport("libc", EntryPoint = "readdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadDirectory(nint directory);

    [DllImport("libc", EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseDirectory(nint directory);
}

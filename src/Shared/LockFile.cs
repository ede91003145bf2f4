using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Maas;

/// <summary>
/// A lock between processes: an open file that the kernel locks (<c>flock(2)</c>, which is what .NET's <see cref="FileShare"/> is on
/// Unix; a
/// sharing mode on Windows). It ends with the handle, and with the process however that ends.
/// </summary>
/// <remarks>
/// Opening and locking are two steps. A file that was removed or replaced between them is locked in vain: the next process opens the file
/// that the name leads to now and locks that. So the name is looked up again once the lock is held, and a file that it no longer leads to
/// is
/// let go. A lock file stays in place when it is released, because removing it starts this race for all that wait.
/// <code>
/// statx   inode (8) at 32, device major (4) and minor (4) at 136; the same on every architecture       statx(2)
/// </code>
/// </remarks>
internal static class LockFile
{
    private const int CurrentDirectory = -100, ItselfByHandle = 0x1000; // AT_FDCWD, AT_EMPTY_PATH
    private const uint InodeOnly = 0x100;                               // STATX_INO

    /// <summary>Opens a file and locks it.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="mode">Whether it is created when missing.</param>
    /// <param name="access">Reading and writing for <see cref="FileShare.None"/>.</param>
    /// <param name="share"><see cref="FileShare.None"/> for this handle alone; <see cref="FileShare.Read"/> together with other
    /// readers.</param>
    /// <returns>The lock, to be disposed; <see langword="null"/> when another handle, of this process or of another, has it.</returns>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafeFileHandle? TryTake(
        string path, FileMode mode, FileAccess access = FileAccess.ReadWrite, FileShare share = FileShare.None)
    {
        while (true)
        {
            SafeFileHandle file;
            try
            {
                file = File.OpenHandle(path, mode, access, share);
            }
            catch (IOException held) when (IsHeld(held))
            {
                return null;
            }

            try
            {
                if (IsAt(file, path)) return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }
    }

    /// <summary>Whether a path leads to an open file. Outside Linux that cannot be told, and any file at the path counts.</summary>
    public static bool IsAt(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux()) return File.Exists(path);
        Span<byte> opened = stackalloc byte[16], named = stackalloc byte[16];
        if (!TryIdentify(file, opened)) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        return TryIdentify(path, named) && opened.SequenceEqual(named);
    }

    /// <summary>Whether a file was not opened because another handle has locked it.</summary>
    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows: .NET passes them on in HResult.
    public static bool IsHeld(Exception failure) =>
        failure.GetType() == typeof(IOException) && failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    [SupportedOSPlatform("linux")]
    private static bool TryIdentify(SafeFileHandle file, Span<byte> identity)
    {
        var status = new byte[256];
        return StatX(file, "\0"u8.ToArray(), ItselfByHandle, InodeOnly, status) == 0 && Copy(status, identity);
    }

    [SupportedOSPlatform("linux")]
    private static bool TryIdentify(string path, Span<byte> identity)
    {
        var status = new byte[256];
        return StatX(CurrentDirectory, [.. Encoding.UTF8.GetBytes(path), 0], 0, InodeOnly, status) == 0 && Copy(status, identity);
    }

    private static bool Copy(ReadOnlySpan<byte> status, Span<byte> identity)
    {
        status.Slice(32, 8).CopyTo(identity);
        status.Slice(136, 8).CopyTo(identity[8..]);
        return true;
    }

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int directory, byte[] path, int flags, uint mask, byte[] status);

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(SafeFileHandle file, byte[] path, int flags, uint mask, byte[] status);
}

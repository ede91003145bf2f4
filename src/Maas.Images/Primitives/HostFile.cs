using System.Runtime.Versioning;

namespace Maas.Images.Primitives;

/// <summary>
/// Files of this machine by paths whose names may hold bytes that are not UTF-8 (<see cref="FileName"/>). .NET writes such a byte as a
/// question mark, so that two
/// names become one; on Linux the bytes go to the kernel as they are. Elsewhere names are text, and such a name is refused.
/// </summary>
internal static class HostFile
{
    /// <summary>Makes a new file that only its owner may read.</summary>
    public static FileStream CreatePrivate(string path) => IsRaw(path)
        ? new FileStream(Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.Exclusive, 0x180), FileAccess.ReadWrite, bufferSize: 0)
        : PrivateFile.Open(path, FileMode.CreateNew);

    public static FileStream OpenRead(string path) => IsRaw(path)
        ? new FileStream(Posix.Open(path, Posix.ReadOnly), FileAccess.Read, bufferSize: 0)
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    public static bool Exists(string path) =>
        IsRaw(path) ? FileStatus.Find(path) is not null : new FileInfo(path) is not { Exists: false, LinkTarget: null };

    public static bool IsLink(string path) =>
        IsRaw(path) ? FileStatus.Find(path)?.Kind == FileKind.SymbolicLink : new FileInfo(path).LinkTarget is not null;

    /// <summary>Makes a directory in one that is there, unless it is there already.</summary>
    public static void CreateDirectory(string path)
    {
        if (!IsRaw(path)) Directory.CreateDirectory(path);
        else if (FileStatus.Find(path) is not { Kind: FileKind.Directory }) Posix.MakeDirectory(path);
    }

    public static void CreateSymbolicLink(string path, string target)
    {
        if (IsRaw(path) || IsRaw(target)) Posix.MakeSymbolicLink(target, path);
        else File.CreateSymbolicLink(path, target);
    }

    /// <summary>Removes a name that is no directory, if it is there; links are not followed.</summary>
    public static void Delete(string path)
    {
        if (IsRaw(path)) Posix.Unlink(path);
        else File.Delete(path);
    }

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        if (IsRaw(path)) Posix.SetMode(path, mode);
        else File.SetUnixFileMode(path, mode);
    }

    public static void SetDirectoryTime(string path, DateTimeOffset time)
    {
        if (IsRaw(path)) Posix.SetModifiedAt(path, time);
        else Directory.SetLastWriteTimeUtc(path, time.UtcDateTime);
    }

    /// <summary>Whether a text holds bytes that .NET would not hand to the kernel unchanged.</summary>
    /// <exception cref="IOException">It does, and names are text on this system.</exception>
    [SupportedOSPlatformGuard("linux")]
    private static bool IsRaw(string text)
    {
        if (!FileName.HasEscapes(text)) return false;
        return OperatingSystem.IsLinux()
            ? true
            : throw new IOException($"{FileName.Printable(text)}: the name is not UTF-8, and names are text on this system.");
    }
}

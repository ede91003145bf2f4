namespace Maas.Images.Primitives;

/// <summary>
/// Files of this machine by paths whose names may hold bytes that are not UTF-8 (<see cref="FileName"/>). .NET writes such a byte as a
/// question mark, so that two
/// names become one; on Linux the bytes go to the kernel as they are. Elsewhere names are text, and such a name is refused.
/// </summary>
internal static class HostFile
{
    /// <summary>Makes a new file that only its owner may read.</summary>
    public static FileStream CreatePrivate(string path) => IsPlain(path)
        ? PrivateFile.Open(path, FileMode.CreateNew)
        : new FileStream(Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.Exclusive, 0x180), FileAccess.ReadWrite, bufferSize: 0);

    public static FileStream OpenRead(string path) => IsPlain(path)
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0)
        : new FileStream(Posix.Open(path, Posix.ReadOnly), FileAccess.Read, bufferSize: 0);

    public static bool Exists(string path) =>
        IsPlain(path) ? new FileInfo(path) is not { Exists: false, LinkTarget: null } : FileStatus.Find(path) is not null;

    public static bool IsLink(string path) =>
        IsPlain(path) ? new FileInfo(path).LinkTarget is not null : FileStatus.Find(path)?.Kind == FileKind.SymbolicLink;

    /// <summary>Makes a directory in one that is there, unless it is there already.</summary>
    public static void CreateDirectory(string path)
    {
        if (IsPlain(path)) Directory.CreateDirectory(path);
        else if (FileStatus.Find(path) is not { Kind: FileKind.Directory }) Posix.MakeDirectory(path);
    }

    public static void CreateSymbolicLink(string path, string target)
    {
        if (IsPlain(path) && IsPlain(target)) File.CreateSymbolicLink(path, target);
        else Posix.MakeSymbolicLink(target, path);
    }

    /// <summary>Removes a name that is no directory, if it is there; links are not followed.</summary>
    public static void Delete(string path)
    {
        if (IsPlain(path)) File.Delete(path);
        else Posix.Unlink(path);
    }

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        if (IsPlain(path)) File.SetUnixFileMode(path, mode);
        else Posix.SetMode(path, mode);
    }

    public static void SetDirectoryTime(string path, DateTimeOffset time)
    {
        if (IsPlain(path)) Directory.SetLastWriteTimeUtc(path, time.UtcDateTime);
        else Posix.SetModifiedAt(path, time);
    }

    /// <summary>Whether .NET hands this text to the kernel unchanged.</summary>
    private static bool IsPlain(string text)
    {
        if (!FileName.HasEscapes(text)) return true;
        return OperatingSystem.IsLinux()
            ? false
            : throw new IOException($"{FileName.Printable(text)}: the name is not UTF-8, and names are text on this system.");
    }
}

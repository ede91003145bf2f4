namespace Maas.Images.Primitives;

/// <summary>
/// Writes a file atomically: its name shows either the old content or all of the new content, even if the program is stopped between. The
/// new content is written to
/// <c>.NAME.PID-GUID.tmp</c> in the same folder first, which is locked while it is written: one that is not, and whose process is gone, is
/// what a killed program has left, and is removed.
/// </summary>
internal static class AtomicFile
{
    private const int Buffer = 128 << 10;
    private const int MostNameLength = 48; // the temporary name must not be longer than a name may be
    private const string Suffix = ".tmp";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes it through a buffer.</summary>
    public static void Write(string path, Action<FileStream> write) => Write(path, write, static name => Create(name, Buffer, null));

    /// <summary>The same, readable by its owner alone as long as <paramref name="write"/> does not say otherwise.</summary>
    public static void WritePrivate(string path, Action<FileStream> write) =>
        Write(path, write, static name => PrivateFile.Open(name, FileMode.CreateNew));

    /// <summary>Replaces it; the new file gets the mode of an existing one and, where this process may set it, its owner.</summary>
    /// <param name="path">The file, which is no symbolic link.</param>
    /// <param name="bufferSize">Bytes of the stream's buffer; 0 for what is written by position.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="check">Throws to keep the old file; called before the new one replaces it.</param>
    public static async Task ReplaceAsync(string path, int bufferSize, Func<FileStream, Task> write, Action check)
    {
        var isReplaced = File.Exists(path);
        var temporary = TemporaryNameOf(path);
        try
        {
            // The new file is private until it has the old one's mode.
            var file = Create(temporary, bufferSize, isReplaced ? OwnerOnly : null);
            await using (file.ConfigureAwait(false))
            {
                await write(file).ConfigureAwait(false);
                await file.FlushAsync().ConfigureAwait(false);
                HandOn(path, file);
                file.Flush(flushToDisk: true);
            }

            check();
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void Write(string path, Action<FileStream> write, Func<string, FileStream> create)
    {
        var temporary = TemporaryNameOf(path);
        try
        {
            using (var file = create(temporary))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Gives a new file the owner and mode of the one that it replaces. A process that is not root keeps the file its own.
    /// </summary>
    public static void HandOn(string path, FileStream file)
    {
        if (OperatingSystem.IsWindows()) return;
        if (!OperatingSystem.IsLinux() || FileStatus.Find(path) is not { } old)
        {
            // no Linux, and no call for the owner
            if (File.Exists(path)) File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path));
            return;
        }

        var isOwner = Posix.TrySetOwner(file.SafeFileHandle, old.UserId, old.GroupId);
        // Set-user-id and set-group-id belong to the owner: another one does not get them.
        File.SetUnixFileMode(file.SafeFileHandle, isOwner ? old.Mode : old.Mode & (UnixFileMode)0x1FF);
    }

    private static FileStream Create(string path, int bufferSize, UnixFileMode? mode)
    {
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = bufferSize
        };
        if (mode is not null && !OperatingSystem.IsWindows()) how.UnixCreateMode = mode;
        return new FileStream(path, how);
    }

    private static string TemporaryNameOf(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path)); // a file has a folder
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no directory {folder} for {name}.");
        var start = $".{(name.Length > MostNameLength ? name[..MostNameLength] : name)}.";
        RemoveStale(folder, start);
        return Path.Combine(folder, $"{start}{Environment.ProcessId:x}-{Guid.CreateVersion7():n}{Suffix}");
    }

    private static void RemoveStale(string folder, string start)
    {
        foreach (var path in Directory.EnumerateFiles(folder, $".*{Suffix}", new EnumerationOptions { AttributesToSkip = default })
            .ToList())
            if (ProcessOf(Path.GetFileName(path), start) is { } process && !IsRunning(process)) RemoveUnlocked(path);
    }

    /// <summary>The process id in a temporary name of this file; null for any other name.</summary>
    private static int? ProcessOf(string name, string start)
    {
        if (!name.StartsWith(start, StringComparison.Ordinal) || name.Length <= start.Length + Suffix.Length) return null;
        return name[start.Length..^Suffix.Length].Split('-') is [var process, var id]
            && Guid.TryParseExact(id, "N", out _)
            && int.TryParse(
                process,
                System.Globalization.NumberStyles.AllowHexSpecifier,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number)
                ? number
                : null;
    }

    /// <summary>
    /// Whether the process may still be writing. One with this process' number and no lock was another machine's, or an earlier
    /// container's.
    /// </summary>
    private static bool IsRunning(int process) =>
        process != Environment.ProcessId && OperatingSystem.IsLinux() && Directory.Exists($"/proc/{process}");

    private static void RemoveUnlocked(string path)
    {
        try
        {
            using var unlocked = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            File.Delete(path);
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            // Another process writes it, has just renamed it, or owns it: it is not this one's to remove.
        }
    }
}

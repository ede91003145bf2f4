namespace Maas;

/// <summary>
/// Files that only their owner may read, from the moment they are created. A mode that is set later is too late: another process may have
/// opened the file already.
/// </summary>
internal static class PrivateFile
{
    /// <summary>Opens a file for reading and writing, without a buffer. One that does not exist is created with mode 0600.</summary>
    public static FileStream Open(
        string path, FileMode mode, FileShare share = FileShare.None, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
            Options = options,
        };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }
}

namespace Maas.Core.Images;

/// <summary>A file for bytes that are on their way, which no crash leaves behind.</summary>
public static class DraftFile
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// Creates one for reading and writing. Its name is removed at once where the system allows it (not on Windows, which deletes the file
    /// when it is closed, also when the process dies), so that the file exists as long as the stream does.
    /// </summary>
    /// <param name="directory">Where; created if it is not there.</param>
    public static FileStream Create(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"draft-{Guid.CreateVersion7():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = BufferBytes,
            Options = FileOptions.Asynchronous | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var draft = new FileStream(path, options);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return draft;
    }
}

namespace Maas.Images.Primitives;

/// <summary>
/// New files that only their owner may read, from their first moment: a mode that is set later is too late for who has opened the file
/// already.
/// </summary>
internal static class PrivateFile
{
    /// <summary>
    /// A file that vanishes when it is closed, and with the process however that ends: it has no name from its first moment, but for
    /// Windows, where an open file keeps it.
    /// </summary>
    public static FileStream CreateNameless(string folder)
    {
        var path = Path.Combine(folder, $"maas-{Guid.CreateVersion7():n}");
        if (OperatingSystem.IsWindows()) return Create(path, FileOptions.DeleteOnClose);
        var file = Create(path);
        File.Delete(path);
        return file;
    }

    public static FileStream Create(string path, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = options
        };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }
}

namespace Maas.Images.Primitives;

/// <summary>
/// Temporary files without a name: the space is released when the file is closed, and when the process ends in any other way. On Windows
/// the file keeps its name until then.
/// </summary>
internal static class UnlinkedFile
{
    /// <summary>Creates a file that only its owner may read.</summary>
    public static FileStream Create(string folder)
    {
        var path = Path.Combine(folder, $"maas-{Guid.CreateVersion7():n}");
        if (OperatingSystem.IsWindows()) return PrivateFile.Open(path, FileMode.CreateNew, options: FileOptions.DeleteOnClose);
        var file = PrivateFile.Open(path, FileMode.CreateNew);
        File.Delete(path);
        return file;
    }
}

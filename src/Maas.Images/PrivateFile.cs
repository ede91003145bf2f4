namespace Maas.Images;

/// <summary>New files that only their owner may read, from their first moment: a mode that is set later is too late for who has opened the file already.</summary>
internal static class PrivateFile
{
    public static FileStream Create(string path, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, Options = options };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }
}

namespace Maas.Core.Store;

/// <summary>Files that only this user may read: the store holds the secrets of machines' power and of OAuth tokens.</summary>
internal static class PrivateFile
{
    public static FileStream OpenOrCreate(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}

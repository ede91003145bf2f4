using System.Runtime.InteropServices;

namespace Maas.Images.Primitives;

/// <summary>
/// Makes a rename last: on Unix a new name is durable only when its directory has been synced, which .NET has no call for.
/// Windows' NTFS journals names itself.
/// </summary>
internal static class DurableDirectory
{
    private const int ReadOnly = 0;

    public static void Sync(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open([.. Maas.Images.FileName.Encode(directory), 0], ReadOnly);
        if (handle < 0) throw new IOException($"{directory} cannot be opened to make it durable (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Sync(handle) != 0) throw new IOException($"{directory} cannot be made durable (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}

using System.Globalization;

namespace Maas.Core.Store;

/// <summary>
/// Holds a store for one process. The lock is the kernel's (it ends with the process, however that ends); who has it stands
/// in a second file, for the message to whoever comes next.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream file;

    private StoreLock(FileStream file) => this.file = file;

    public static StoreLock Take(string store, TimeProvider clock)
    {
        var holder = store + ".holder";
        try
        {
            var taken = PrivateFile.OpenOrCreate(store + ".lock", FileShare.None);
            Describe(holder, clock);
            return new StoreLock(taken);
        }
        catch (IOException failure) when (failure.GetType() == typeof(IOException))
        {
            throw new StoreLockedException(store, File.Exists(holder) ? File.ReadAllText(holder) : "another process");
        }
    }

    public void Dispose() => file.Dispose();

    // An earlier version left this file readable to everybody.
    private static void Describe(string holder, TimeProvider clock)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(holder)) File.SetUnixFileMode(holder, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var description = PrivateFile.OpenOrCreate(holder, FileShare.Read);
        description.SetLength(0);
        using var writer = new StreamWriter(description);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {clock.GetUtcNow():u}"));
    }
}

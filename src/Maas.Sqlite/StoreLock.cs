using System.Globalization;
using Maas.Core;
using Microsoft.Win32.SafeHandles;

namespace Maas.Sqlite;

/// <summary>
/// Holds a store for one process: a lock on <c>maas.db.lock</c> and, except on Windows, one on the database file itself, so that removing
/// the lock file lets no second
/// server in. The kernel ends both with the process. A third file names the holder, for the message to the next process.
/// </summary>
/// <remarks>
/// SQLite's own locks are of another kind (<c>fcntl</c>) and not affected. But the kernel drops those when the process closes any handle
/// of the database file, so the
/// lock file comes first: a second store of the same process fails there and does not touch the database. On Windows a file that is open
/// cannot be removed.
/// </remarks>
internal sealed class StoreLock : IDisposable
{
    private readonly SafeFileHandle _heldFile;
    private readonly SafeFileHandle? _heldDatabase;

    private StoreLock(SafeFileHandle file, SafeFileHandle? database) => (_heldFile, _heldDatabase) = (file, database);

    /// <summary>Locks a store, whose database file is created when missing.</summary>
    /// <exception cref="StoreLockedException">Another process has it.</exception>
    public static StoreLock Take(string store, TimeProvider timeProvider)
    {
        var holder = store + ".holder";
        var file = TakePrivate(store + ".lock") ?? throw Refused(store, holder);
        SafeFileHandle? database = null;
        try
        {
            if (!OperatingSystem.IsWindows()) database = TakePrivate(store) ?? throw Refused(store, holder);
            Describe(holder, timeProvider);
            return new StoreLock(file, database);
        }
        catch
        {
            database?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets the store go; after its last connection was closed.</summary>
    public void Dispose()
    {
        _heldDatabase?.Dispose();
        _heldFile.Dispose();
    }

    private static SafeFileHandle? TakePrivate(string path)
    {
        // Created on its own first: a mode that is set later is too late for who has opened the file already.
        if (!File.Exists(path)) PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
        return LockFile.TryTake(path, FileMode.OpenOrCreate);
    }

    private static StoreLockedException Refused(string store, string holder) =>
        new(store, File.Exists(holder) ? File.ReadAllText(holder) : "another process");

    // An earlier version left this file readable to everybody.
    private static void Describe(string holder, TimeProvider timeProvider)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(holder))
            File.SetUnixFileMode(holder, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var description = PrivateFile.Open(holder, FileMode.OpenOrCreate, FileShare.Read);
        description.SetLength(0);
        using var writer = new StreamWriter(description);
        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName} since {timeProvider.GetUtcNow():u}"));
    }
}

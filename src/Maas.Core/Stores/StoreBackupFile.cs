namespace Maas.Core.Stores;

/// <summary>Backups of stores in files, which only their owner may read.</summary>
/// <example>
/// <code>
/// await StoreBackupFile.WriteAsync(new SqliteMaasStore("maas.db"), "/backup/maas-1.gz");
/// </code>
/// </example>
public static class StoreBackupFile
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>
    /// Writes a backup atomically and durably: the name shows all of it or nothing, also after a power failure.
    /// </summary>
    /// <param name="store">The store; it may be open, in this process or in another.</param>
    /// <param name="path">The file. One beside it, with <c>.tmp</c> after its name, is written first.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an <see cref="IOException"/>.</param>
    /// <param name="progress">Hears of each table, and of each 10,000 rows; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends it; the file is as it was.</param>
    /// <exception cref="StoreBackupException">There is no store.</exception>
    public static async Task<StoreBackup> WriteAsync(
        IStoreBackup store, string path, bool overwrite = false, IProgress<StoreBackupProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(path);
        var full = Path.GetFullPath(path);
        if (!overwrite && File.Exists(full)) throw new IOException($"The file {full} exists.");
        var temporary = full + ".tmp";
        File.Delete(temporary);
        try
        {
            StoreBackup written;
            using (var file = PrivateFile.Open(temporary, FileMode.CreateNew))
            {
                var buffered = new BufferedStream(file, BufferBytes);
                written = await store.BackUpAsync(buffered, progress, cancellationToken).ConfigureAwait(false);
                await buffered.FlushAsync(cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite);
            DirectorySync.Flush(Path.GetDirectoryName(full)!); // a full path of a file has a directory
            return written;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Restores a backup into a store that no server has open; see <see cref="IStoreBackup.RestoreAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="path">The file.</param>
    /// <param name="mode">What may be in the store.</param>
    /// <param name="progress">Hears of each table, and of each 10,000 rows; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends it; the store is what it was.</param>
    /// <exception cref="StoreBackupException">The backup is damaged, or the store is not empty.</exception>
    public static async Task<StoreBackup> RestoreAsync(
        IStoreBackup store, string path, StoreRestoreMode mode = StoreRestoreMode.IntoEmpty,
        IProgress<StoreBackupProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        return await store.RestoreAsync(file, mode, progress, cancellationToken).ConfigureAwait(false);
    }
}

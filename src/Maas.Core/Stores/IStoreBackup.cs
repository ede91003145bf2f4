namespace Maas.Core.Stores;

/// <summary>
/// A store that writes itself into a backup and reads one. <c>SqliteMaasStore</c> and <c>PostgresMaasStore</c> have the same format: a
/// backup of one can be restored into the other. <see cref="StoreBackupFile"/> keeps a backup in a file; <see cref="StoreCopy"/> copies a
/// store without one.
/// </summary>
/// <remarks>
/// A backup has every table of the store with its ids, versions and event numbers, and the last number that each table assigned. It does
/// not have what is beside the store: the bytes of images, and the key that encrypts power parameters and API keys
/// (<c>secret.key</c>). A backup alone therefore reveals no password of a BMC; a restored store needs the same key file.
/// </remarks>
public interface IStoreBackup
{
    /// <summary>
    /// Writes a backup of one moment. The store may be open, in this process or in another: readers and writers go on.
    /// </summary>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="progress">Hears of each table, and of each 10,000 rows; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends it; what was written is then of no use.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="StoreBackupException">There is no store.</exception>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    Task<StoreBackup> BackUpAsync(
        Stream destination, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Restores a backup into a store that no server has open, in one transaction: after a failure the store is what it was. Each table is
    /// read again and compared with the backup. A backup of an earlier schema is brought up to date; one of the other engine must have the
    /// newest schema.
    /// </summary>
    /// <param name="source">The backup, from its first byte.</param>
    /// <param name="mode">What may be in the store.</param>
    /// <param name="progress">Hears of each table, and of each 10,000 rows; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends it; the store is what it was.</param>
    /// <returns>What was restored.</returns>
    /// <exception cref="StoreBackupException">The backup is damaged, or the store is not empty.</exception>
    /// <exception cref="StoreLockedException">A server has the store open.</exception>
    /// <exception cref="StoreVersionException">A newer version wrote the backup, or the store belongs to another program.</exception>
    Task<StoreBackup> RestoreAsync(
        Stream source, StoreRestoreMode mode, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Keeps servers from opening the store until the result is disposed of, so that a copy misses nothing.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreBackupException">There is no store.</exception>
    /// <exception cref="StoreLockedException">A server has it open.</exception>
    Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken);
}

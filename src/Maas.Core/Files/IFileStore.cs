namespace Maas.Core.Files;

/// <summary>Stores users' files. Part of <see cref="Stores.IMaasStore"/>.</summary>
public interface IFileStore
{
    /// <summary>Stores a file. It replaces the owner's file of that name, whose key it keeps.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The file with its key.</returns>
    /// <exception cref="QuotaExceededException">
    /// The owner would have more than <see cref="StoreQuotas.FilesPerUser"/> files or <see cref="StoreQuotas.FileBytesPerUser"/> bytes.
    /// </exception>
    Task<StoredFile> PutAsync(StoredFile file, CancellationToken cancellationToken);

    /// <summary>Lists an owner's files by name, in ordinal order, without their content.</summary>
    /// <param name="owner">User name; <see langword="null"/> for files without an owner.</param>
    /// <param name="prefix">How their names begin.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix, CancellationToken cancellationToken);

    /// <summary>Finds an owner's file.</summary>
    /// <param name="owner">User name; <see langword="null"/> for files without an owner.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The file; <see langword="null"/> when it does not exist.</returns>
    Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken);

    /// <summary>Finds the file of a name that was created last, of any owner. To replace a file does not make it newer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The file; <see langword="null"/> when it does not exist.</returns>
    Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken);

    /// <summary>Finds a file by its key.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The file; <see langword="null"/> when it does not exist.</returns>
    Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken);

    /// <summary>Deletes an owner's file.</summary>
    /// <param name="owner">User name; <see langword="null"/> for files without an owner.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when it does not exist.</returns>
    Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken);
}

namespace Maas.Core.Images;

/// <summary>Stores which images there are, without their bytes. Part of <see cref="Stores.IMaasStore"/>.</summary>
public interface IBootResourceStore
{
    /// <summary>
    /// Adds a version to the resource of this name and architecture, which it creates if it does not exist; its title and base image are
    /// replaced. If the newest version has this hash and file type already, no version is added. A version is named as the resource says,
    /// else by the day, <c>20261231</c>; a name that another version has gets a counter, <c>20261231.1</c>.
    /// </summary>
    /// <param name="resource">The image.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The resource; <see langword="null"/> when the hash is stored with another size.</returns>
    Task<BootResource?> CreateAsync(NewBootResource resource, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Lists all resources by ascending id.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads a resource.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource; <see langword="null"/> when it does not exist.</returns>
    Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken);

    /// <summary>Deletes a resource with all versions, and the records of contents that no resource refers to any more.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The contents that nothing refers to any more; <see langword="null"/> when there is no such resource.</returns>
    Task<IReadOnlyList<ImageBlob>?> DeleteAsync(long id, CancellationToken cancellationToken);

    /// <summary>Deletes a version of a resource, and the records of contents that no resource refers to any more.</summary>
    /// <param name="id">The resource.</param>
    /// <param name="fileId">The version's file.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The contents that nothing refers to any more; <see langword="null"/> when the resource has no such file.</returns>
    Task<IReadOnlyList<ImageBlob>?> DeleteFileAsync(long id, long fileId, CancellationToken cancellationToken);

    /// <summary>Records how much of a content was received.</summary>
    /// <param name="sha256">Hash of the content, in lower-case hexadecimal digits.</param>
    /// <param name="received">Bytes.</param>
    /// <param name="complete">Whether it is complete and its hash was verified.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task SetReceivedAsync(string sha256, long received, bool complete, CancellationToken cancellationToken);
}

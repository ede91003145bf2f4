namespace Maas.Core.Images;

/// <summary>Where it is kept which images there are.</summary>
internal interface IBootResourceStore
{
    /// <summary>
    /// Adds a version to the resource of this name and architecture, making it if needed; when its newest version has this
    /// hash already, nothing changes. <see langword="null"/> when the hash is known with another size.
    /// </summary>
    Task<BootResource?> CreateAsync(NewBootResource resource, DateTimeOffset now, CancellationToken cancellationToken);

    Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken);

    Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken);

    /// <summary>The blobs that nobody refers to any more; <see langword="null"/> when there is no such resource.</summary>
    Task<IReadOnlyList<ImageBlob>?> DeleteAsync(long id, CancellationToken cancellationToken);

    Task SetReceivedAsync(string sha256, long received, bool complete, CancellationToken cancellationToken);
}

using Maas.Core.Images;
using Maas.Images;

namespace Maas.Hosting.Images;

/// <summary>Core's images in the library, and at other hosts.</summary>
internal sealed class PeerImageContent(LibraryImageContent local, PeerImages peers) : IImageContent
{
    /// <inheritdoc/>
    public Task<long> LengthAsync(ImageBlob blob, CancellationToken cancellationToken) => local.LengthAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task<long> AppendAsync(ImageBlob blob, long offset, Stream bytes, CancellationToken cancellationToken) =>
        local.AppendAsync(blob, offset, bytes, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CompleteAsync(ImageBlob blob, CancellationToken cancellationToken) => local.CompleteAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        peers.Shared is { Cache: var cache }
            ? cache.OpenAsync(Sha256Digest.Parse(blob.Sha256), blob.Size, cancellationToken)
            : local.OpenReadAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public async Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (peers.Shared is { Cache: var cache })
            await cache.ReleaseAsync(Sha256Digest.Parse(blob.Sha256), cancellationToken).ConfigureAwait(false);
        await local.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
    }
}

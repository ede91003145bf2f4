using Maas.Core.Images;
using Maas.Images;
using Maas.Images.Peers;

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
    public async Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (peers.Shared is not { Cache: var cache }) return await local.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        var digest = Sha256Digest.Parse(blob.Sha256);
        if (await cache.OpenAsync(digest, blob.Size, cancellationToken).ConfigureAwait(false) is { } content) return content;
        return cache.State.Failed.TryGetValue(digest, out var failure)
            ? failure == PeerFetchFailure.NotFound
                ? null
                : throw new ImageUnavailableException("The image could not be fetched from the hosts that have it.")
            : throw new ImageUnavailableException("The image is being fetched from another host.");
    }

    /// <inheritdoc/>
    public Stream CreateDraft() => local.CreateDraft();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageBlob>> ListAsync(CancellationToken cancellationToken) => local.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IUploadHolder?> FindHolderAsync(ImageBlob blob, long length, CancellationToken cancellationToken) =>
        peers.Shared is { Uploads: var uploads }
            ? await uploads.FindAsync(Sha256Digest.Parse(blob.Sha256), length, cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc/>
    public async Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (peers.Shared is { Cache: var cache })
            await cache.ReleaseAsync(Sha256Digest.Parse(blob.Sha256), cancellationToken).ConfigureAwait(false);
        await local.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
    }
}

using Maas.Core.Images;
using Maas.Hosting.FirstStart;
using Maas.Images;
using Maas.Images.Library;

namespace Maas.Hosting.Images;

/// <summary>Core's images in the library of <c>Maas.Images</c>.</summary>
internal sealed class LibraryImageContent(ImageLibrary library, DataDirectory data) : IImageContent
{
    // One owner of blobs in this directory, so one reference a blob; it keeps the collection away.
    private const string Reference = "boot-resource";

    /// <inheritdoc/>
    public Task<long> LengthAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        Task.FromResult(library.Contains(Digest(blob)) ? blob.Size : library.FindUpload(blob.Sha256)?.Offset ?? 0);

    /// <inheritdoc/>
    public Task<long> AppendAsync(ImageBlob blob, long offset, Stream bytes, CancellationToken cancellationToken) =>
        library.BeginUpload(blob.Sha256, Digest(blob), blob.Size).AppendAsync(offset, bytes, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> CompleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (await library.ReferAsync(Digest(blob), Reference, cancellationToken).ConfigureAwait(false)) return true;
        try
        {
            await library.BeginUpload(blob.Sha256, Digest(blob), blob.Size)
                .CompleteAsync(Reference, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BlobMismatchException)
        {
            library.FindUpload(blob.Sha256)?.Cancel();
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        Task.FromResult(library.OpenRead(Digest(blob)));

    /// <inheritdoc/>
    public async Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        library.FindUpload(blob.Sha256)?.Cancel();
        await library.ReleaseAsync(Digest(blob), Reference, cancellationToken).ConfigureAwait(false);
        await library.CollectAsync(blobsUnusedFor: TimeSpan.Zero, uploadsIdleFor: null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Stream CreateDraft() => DraftFile.Create(data.Path);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageBlob>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ImageBlob>>(
    [
        .. library.List().Where(blob => blob.References.Contains(Reference)).Select(blob => new ImageBlob($"{blob.Digest}", blob.Length)),
        .. library.Uploads().Where(upload => upload.Id == $"{upload.Digest}").Select(upload => new ImageBlob(upload.Id, upload.Length)),
    ]);

    private static Sha256Digest Digest(ImageBlob blob) => Sha256Digest.Parse(blob.Sha256);
}

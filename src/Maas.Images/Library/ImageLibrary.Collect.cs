namespace Maas.Images.Library;

public sealed partial class ImageLibrary
{
    /// <summary>Records a reason to keep a blob; the same reason twice is one.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="reference">Any name of yours, at most 80 characters or so.</param>
    /// <param name="cancellationToken">Ends the wait for a collection that is running.</param>
    /// <returns>Whether the blob is here; if not, nothing is recorded.</returns>
    public async Task<bool> ReferAsync(Sha256Digest digest, string reference, CancellationToken cancellationToken = default)
    {
        using (await _lock.ShareAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!Contains(digest)) return false;
            BlobReferences.Add(_layout, digest, reference);
            return true;
        }
    }

    /// <summary>Takes a reason back. The blob stays until a collection finds it without any.</summary>
    public async Task ReleaseAsync(Sha256Digest digest, string reference, CancellationToken cancellationToken = default)
    {
        using (await _lock.ShareAsync(cancellationToken).ConfigureAwait(false)) BlobReferences.Remove(_layout, digest, reference);
    }

    /// <summary>Removes blobs without a reference, and uploads and downloads without progress.</summary>
    /// <param name="blobsUnusedFor">How long ago a blob must have been stored; zero removes all that nothing refers to.</param>
    /// <param name="uploadsIdleFor">How long ago an upload, or a source's download, must have had its last bytes; <see langword="null"/>
    /// leaves them all alone.</param>
    /// <param name="cancellationToken">Ends it between two blobs.</param>
    public async Task<CollectionReport> CollectAsync(
        TimeSpan blobsUnusedFor,
        TimeSpan? uploadsIdleFor,
        CancellationToken cancellationToken = default)
    {
        using var alone = await _lock.TakeAloneAsync(cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        var (blobs, uploads, bytes) = (0, 0, 0L);
        foreach (var blob in List().Where(blob => blob.References.Count == 0 && now - blob.StoredAt >= blobsUnusedFor))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemoveBlob(blob.Digest);
            (blobs, bytes) = (blobs + 1, bytes + blob.Length);
        }

        if (uploadsIdleFor is not { } idle) return new CollectionReport(blobs, uploads, bytes);
        foreach (var folder in new[]
        {
            _layout.Uploads, _layout.Downloads
        }.SelectMany(path => new DirectoryInfo(path).EnumerateDirectories()))
        {
            if (RemoveIdleUpload(folder, now - idle) is not { } given) continue;
            (uploads, bytes) = (uploads + 1, bytes + given);
        }

        return new CollectionReport(blobs, uploads, bytes);
    }

    /// <summary>The bytes given back, or null if the upload moves on or has just ended (they begin and end without the lock).</summary>
    private static long? RemoveIdleUpload(DirectoryInfo folder, DateTimeOffset idleSince)
    {
        try
        {
            var files = folder.GetFiles();
            if (files.Select(file => file.LastWriteTimeUtc).Append(folder.LastWriteTimeUtc).Max() > idleSince.UtcDateTime) return null;
            var bytes = files.Sum(file => file.Length);
            folder.Delete(recursive: true);
            return bytes;
        }
        catch (Exception ended) when (ended is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void RemoveBlob(Sha256Digest digest)
    {
        File.Delete(_layout.Blob(digest));
        if (Directory.Exists(_layout.ReferencesTo(digest))) Directory.Delete(_layout.ReferencesTo(digest));
    }
}

namespace Maas.Images.Library;

/// <summary>Blobs that may be removed because another place has them: those that one reference alone keeps.</summary>
public sealed partial class ImageLibrary
{
    /// <summary>The blobs that nothing but this reference keeps, with the time of <see cref="Touch"/>.</summary>
    internal IReadOnlyList<(Sha256Digest Digest, long Length, DateTimeOffset Used)> CopiesFor(string reference) =>
    [
        .. List().Where(blob => blob.References is [var only] && only == reference)
            .Select(blob => (blob.Digest, blob.Length, LastUseOf(blob.Digest, reference))),
    ];

    /// <summary>Whether a blob is here and nothing but this reference keeps it.</summary>
    internal bool IsCopy(Sha256Digest digest, string reference) =>
        Contains(digest) && BlobReferences.Of(_layout, digest) is [var only] && only == reference;

    /// <summary>Notes that a blob with this reference is used now.</summary>
    internal void Touch(Sha256Digest digest, string reference)
    {
        var file = _layout.Reference(digest, reference);
        try
        {
            if (File.Exists(file)) File.SetLastWriteTimeUtc(file, _time.GetUtcNow().UtcDateTime);
        }
        catch (Exception removed) when (removed is FileNotFoundException or DirectoryNotFoundException)
        {
            // It was removed just now.
        }
    }

    /// <summary>
    /// Removes a blob that nothing but this reference keeps, unless a reader has it open, in this process or in another.
    /// </summary>
    /// <returns>Whether it was removed.</returns>
    internal async Task<bool> TryEvictAsync(Sha256Digest digest, string reference, CancellationToken cancellationToken)
    {
        using var alone = await _lock.TakeAloneAsync(cancellationToken).ConfigureAwait(false);
        if (!IsCopy(digest, reference)) return false;
        // Readers hold a shared lock of the operating system on the blob's file: see OpenRead. On Windows the lock must allow the deletion.
        using var unread = LockFile.TryTake(
            _layout.Blob(digest), FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
        if (unread is null) return false;
        File.Delete(_layout.Blob(digest));
        BlobReferences.Remove(_layout, digest, reference);
        Directory.Delete(_layout.ReferencesTo(digest));
        return true;
    }

    private DateTimeOffset LastUseOf(Sha256Digest digest, string reference) =>
        new(File.GetLastWriteTimeUtc(_layout.Reference(digest, reference)), TimeSpan.Zero);
}

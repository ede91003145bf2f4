using System.Buffers;

namespace Maas.Images.Library;

/// <summary>
/// A directory of images kept by the SHA-256 of their content: the same content is stored once, a blob is there whole and
/// verified or not at all, and it stays while something refers to it. Several processes may use one directory at once.
/// Memory use does not depend on the size of an image.
/// </summary>
/// <example>
/// <code>
/// var library = ImageLibrary.Open("/var/lib/images");
/// var upload = library.BeginUpload("resource-7", Sha256Digest.Parse(sha256), length);
/// await upload.AppendAsync(upload.Offset, chunk);           // again after a restart: FindUpload("resource-7")
/// await upload.CompleteAsync(reference: "resource-7");
/// using var image = library.OpenRead(upload.Digest);
/// </code>
/// </example>
public sealed partial class ImageLibrary
{
    private readonly LibraryLayout _layout;
    private readonly LibraryLock _lock;
    private readonly TimeProvider _time;

    private ImageLibrary(string directory, TimeProvider timeProvider)
    {
        _layout = new LibraryLayout(directory);
        _lock = new LibraryLock(_layout.Lock, timeProvider);
        _time = timeProvider;
    }

    /// <summary>The library in a directory, which is made if it is not there.</summary>
    /// <param name="directory">On one file system, so that publishing is one rename.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> is the system's.</param>
    public static ImageLibrary Open(string directory, TimeProvider? timeProvider = null) =>
        new(directory, timeProvider ?? TimeProvider.System);

    /// <summary>Whether a blob is here.</summary>
    public bool Contains(Sha256Digest digest) => File.Exists(_layout.Blob(digest));

    /// <summary>A blob's content: seekable, of known length, for any number of readers; it can be read to the end even if
    /// the blob is collected meanwhile. <see langword="null"/> if it is not here.</summary>
    public Stream? OpenRead(Sha256Digest digest)
    {
        try
        {
            return new FileStream(
                _layout.Blob(digest),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                bufferSize: 0,
                FileOptions.Asynchronous);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException || LockFile.IsHeld(missing))
        {
            return null; // held: it is being removed
        }
    }

    /// <summary>Every blob, in no particular order, as it was when the listing came by.</summary>
    public IEnumerable<StoredBlob> List()
    {
        foreach (var file in new DirectoryInfo(_layout.Blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (Sha256Digest.TryParse(file.Name, out var digest) && Describe(digest, file) is { } blob) yield return blob;
        }
    }

    /// <summary>Stores a stream whose digest is not known beforehand.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="reference">A reason to keep it.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    public async Task<Sha256Digest> AddAsync(Stream content, string? reference = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var incoming = _layout.Upload($"adding-{Guid.CreateVersion7():n}");
        Directory.CreateDirectory(incoming);
        try
        {
            var data = Path.Combine(incoming, "data");
            var (digest, length) = await ReceiveAsync(content, data, cancellationToken).ConfigureAwait(false);
            await new BlobUpload(_layout, _lock, _time, Path.GetFileName(incoming), digest, length).CompleteAsync(
                reference, cancellationToken)
                .ConfigureAwait(false);
            return digest;
        }
        finally
        {
            if (Directory.Exists(incoming)) Directory.Delete(incoming, recursive: true);
        }
    }

    /// <summary>
    /// Reads a blob again and compares its SHA-256. One that is damaged is set aside, so that it is no longer served and can be stored
    /// anew.
    /// </summary>
    /// <returns>Whether it is here and whole.</returns>
    public async Task<bool> VerifyAsync(Sha256Digest digest, CancellationToken cancellationToken = default)
    {
        var blob = _layout.Blob(digest);
        if (!File.Exists(blob)) return false;
        if (await BlobUpload.HashAsync(blob, cancellationToken).ConfigureAwait(false) == digest) return true;
        using (await _lock.TakeAloneAsync(cancellationToken).ConfigureAwait(false))
        {
            if (File.Exists(blob)) File.Move(blob, Path.Combine(_layout.Damaged, digest.ToString()), overwrite: true);
        }

        return false;
    }

    private StoredBlob? Describe(Sha256Digest digest, FileInfo file)
    {
        try
        {
            return new StoredBlob(digest, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), BlobReferences.Of(_layout, digest));
        }
        catch (Exception collected) when (collected is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<(Sha256Digest Digest, long Length)> ReceiveAsync(
        Stream content,
        string file,
        CancellationToken cancellationToken)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var data = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var closing = data.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await data.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        data.Flush(flushToDisk: true);
        return (Sha256Digest.FromHash(hash.GetHashAndReset()), data.Length);
    }
}

using System.Security.Cryptography;
using Maas.Images.Primitives;

namespace Maas.Images.Library;

/// <summary>
/// An upload in chunks that outlives the process: what <see cref="AppendAsync"/> has confirmed is on the disk, and a new
/// process (or another one on the same directory) goes on at <see cref="Offset"/>. Several processes may hold it; one
/// appends at a time.
/// </summary>
public sealed class BlobUpload
{
    private const int CopySize = 1 << 20;
    private const int HashedSize = 256 << 10;

    private readonly LibraryLayout _layout;
    private readonly LibraryLock _lock;
    private readonly TimeProvider _time;

    internal BlobUpload(LibraryLayout layout, LibraryLock @lock, TimeProvider timeProvider, string id, Sha256Digest digest, long length)
    {
        (_layout, _lock, _time, Id, Digest, Length) = (layout, @lock, timeProvider, id, digest, length);
    }

    /// <summary>The name the upload was begun under.</summary>
    public string Id { get; }

    /// <summary>The digest that was promised.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>The bytes that were promised.</summary>
    public long Length { get; }

    /// <summary>How many bytes have safely arrived; where the next chunk belongs.</summary>
    public long Offset => new FileInfo(Data).Length;

    private string Folder => _layout.Upload(Id);

    private string Data => Path.Combine(Folder, "data");

    /// <summary>
    /// Adds a chunk and makes it durable. A chunk that fails half-way (cancelled, disk full, sender gone) leaves nothing of itself.
    /// </summary>
    /// <param name="offset">Where it belongs; must be <see cref="Offset"/>.</param>
    /// <param name="chunk">Read to its end; any size, memory stays bounded.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The new <see cref="Offset"/>.</returns>
    /// <exception cref="UploadOffsetException">It does not continue the upload.</exception>
    /// <exception cref="BlobMismatchException">More bytes came than were promised.</exception>
    /// <exception cref="IOException">The disk is full, or another process is appending to this upload just now.</exception>
    public async Task<long> AppendAsync(long offset, Stream chunk, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        var data = new FileStream(Data, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var closing = data.ConfigureAwait(false);
        if (data.Length != offset) throw new UploadOffsetException(offset, data.Length);
        data.Position = offset;
        try
        {
            var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(Length - offset, 1, CopySize));
            int read;
            while ((read =
                await chunk.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false)) > 0)
            {
                if (data.Position + read > Length) throw new BlobMismatchException(Digest, $"more than {Length} bytes");
                await data.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            data.Flush(flushToDisk: true);
            return data.Position;
        }
        catch
        {
            data.SetLength(offset);
            throw;
        }
    }

    /// <summary>Verifies length and SHA-256 and publishes the blob, in one step that is there after a crash or not at all.</summary>
    /// <param name="reference">A reason to keep it, taken in the same step; <see langword="null"/> leaves it to the next collection's
    /// mercy.</param>
    /// <param name="cancellationToken">Ends it before publishing; the upload stays.</param>
    /// <exception cref="BlobMismatchException">The content is wrong. When all bytes had arrived the upload is gone; when some are missing
    /// it can go on.</exception>
    public async Task CompleteAsync(string? reference = null, CancellationToken cancellationToken = default)
    {
        var missing = Length - Offset;
        if (missing != 0) throw new BlobMismatchException(Digest, $"{missing} bytes have not arrived");
        if (await HashAsync(Data, cancellationToken).ConfigureAwait(false) is var found && found != Digest)
        {
            Cancel();
            throw new BlobMismatchException(Digest, $"its SHA-256 is {found}");
        }

        await PublishAsync(_layout, _lock, _time, Data, Digest, reference, cancellationToken).ConfigureAwait(false);
        Cancel();
    }

    /// <summary>Gives the upload up and removes what had arrived.</summary>
    public void Cancel()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    internal static async Task<Sha256Digest> HashAsync(string file, CancellationToken cancellationToken)
    {
        using var content = File.OpenHandle(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await Prefetch.ForEachAsync((at, room) => RandomAccess.Read(content, room.Span, at), HashedSize, piece =>
        {
            hash.AppendData(piece.Span);
            return ValueTask.CompletedTask;
        }, cancellationToken).ConfigureAwait(false);
        return Sha256Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Makes a file of this directory, which has been verified and is on the disk, a blob.</summary>
    internal static async Task PublishAsync(
        LibraryLayout layout,
        LibraryLock @lock,
        TimeProvider timeProvider,
        string data,
        Sha256Digest digest,
        string? reference,
        CancellationToken cancellationToken)
    {
        using var shared = await @lock.ShareAsync(cancellationToken).ConfigureAwait(false);
        if (reference is not null) BlobReferences.Add(layout, digest, reference);
        var blob = layout.Blob(digest);
        if (!File.Exists(blob)) Publish(data, blob);
        File.SetLastWriteTimeUtc(blob, timeProvider.GetUtcNow().UtcDateTime); // a collection spares what is new, also when it is new again
    }

    private static void Publish(string data, string blob)
    {
        var folder = Path.GetDirectoryName(blob) ?? throw new InvalidOperationException("A blob has a folder.");
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DirectorySync.Flush(Path.GetDirectoryName(folder) ?? folder);
        }

        File.SetAttributes(data, FileAttributes.ReadOnly);
        File.Move(data, blob, overwrite: true);
        DirectorySync.Flush(folder);
    }
}

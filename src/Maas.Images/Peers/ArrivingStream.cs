namespace Maas.Images.Peers;

/// <summary>
/// Reads a part file while it is fetched. The last byte comes when the whole is verified, so that a reader does not take wrong bytes for
/// the whole.
/// </summary>
/// <param name="part">The part file, at the position; it stays readable when it becomes a blob.</param>
/// <param name="fetch">Its fetch.</param>
/// <param name="beginning">The beginning of the fetch that is read; with another one it fails.</param>
/// <param name="isHere">Whether the whole is verified, asked after the end of the fetch.</param>
internal sealed class ArrivingStream(FileStream part, PeerFetch fetch, int beginning, Func<bool> isHere) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => fetch.Length;

    public override long Position
    {
        get => part.Position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || part.Position >= fetch.Length) return 0;
        while (true)
        {
            var isEnded = fetch.Running.IsCompleted;
            var changed = fetch.Changed; // before what it announces
            var received = RequireSame();
            var end = isEnded && isHere() ? fetch.Length : Math.Min(received, fetch.Length - 1);
            if (end > part.Position)
            {
                var most = (int)Math.Min(buffer.Length, end - part.Position);
                var read = await part.ReadAsync(buffer[..most], cancellationToken).ConfigureAwait(false);
                RequireSame(); // what was read may be behind the end of a part that began anew
                return read > 0 ? read : throw new EndOfStreamException("The part of the image is shorter than what was fetched.");
            }

            if (isEnded) throw new IOException("The fetch of the image ended before it was complete.");
            await Task.WhenAny(changed, fetch.Running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) part.Dispose();
        base.Dispose(disposing);
    }

    private long RequireSame() => fetch.Beginning == beginning
        ? fetch.Received
        : throw new IOException("The fetch of the image began anew: other bytes may come.");
}

namespace Maas.Core.Images;

/// <summary>At most so many bytes of another stream; when there are more, reading breaks off.</summary>
internal sealed class LimitedStream(Stream inner, long limit) : ForwardStream
{
    private long _left = limit;

    public bool WasTooLong { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // One byte more than allowed is asked for, to see whether there is one.
        var wanted = (int)Math.Min(buffer.Length, _left + 1);
        var read = await inner.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (read <= _left)
        {
            _left -= read;
            return read;
        }

        WasTooLong = true;
        throw new IOException("There are more bytes than were promised.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Read asynchronously.");
}

using Maas.Images.Primitives;

namespace Maas.Images.ByteSources;

/// <summary>A seekable, read-only stream over random-access bytes; what leaves the package.</summary>
internal sealed class ByteStream(RandomAccessSource bytes, IDisposable? owner = null) : Stream
{
    private const int CopySize = 256 << 10;

    private long _position;

    public RandomAccessSource Bytes => bytes;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position >= bytes.Length) return 0;
        var read = bytes.Read(_position, buffer);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : -1;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        var start = _position;
        await Prefetch.ForEachAsync(ReadPiece, CopySize, piece =>
        {
            _position += piece.Length;
            return destination.WriteAsync(piece, cancellationToken);
        }, cancellationToken).ConfigureAwait(false);

        int ReadPiece(long at, Memory<byte> room)
        {
            var length = (int)Math.Min(room.Length, Math.Max(0, bytes.Length - start - at));
            bytes.ReadBlocks(start + at, room[..length], "content");
            return length;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        SeekOrigin.End => Length + offset,
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) owner?.Dispose();
        base.Dispose(disposing);
    }
}

namespace Maas.Images.Primitives;

/// <summary>
/// Takes what is written into memory, and where that is not enough counts it only: so that what packed bytes are longer than the room costs
/// no exception.
/// </summary>
internal sealed class FixedBufferStream(Memory<byte> room) : Stream
{
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>All that was written, in the room or not.</summary>
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>The length of what was written, or 0 if there was not room for all of it.</summary>
    public int LengthInRoom => _length <= room.Length ? (int)_length : 0;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length <= room.Length - _length) buffer.CopyTo(room.Span[(int)_length..]);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

using Maas.Images.ByteSources;

namespace Maas.Images.Tests.ByteSources;

/// <summary>Bytes in memory that grow as they are written: the store of a small overlay.</summary>
internal sealed class WritableMemory : DurableBytes
{
    private byte[] _bytes = [];
    private long _length;

    public override long Length => _length;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= _length) return 0;
        var part = _bytes.AsSpan((int)offset, (int)Math.Min(buffer.Length, _length - offset));
        part.CopyTo(buffer);
        return part.Length;
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > _length) SetLength(offset + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    public override void SetLength(long length)
    {
        if (length > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Max(length, Math.Min(Array.MaxLength, 2L * _bytes.Length)));
        if (length < _length) _bytes.AsSpan((int)length, (int)(_length - length)).Clear();
        _length = length;
    }

    public override void Flush()
    {
    }
}

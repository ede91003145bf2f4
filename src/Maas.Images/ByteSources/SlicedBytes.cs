namespace Maas.Images.ByteSources;

/// <summary>A window of other bytes, which stay the owner's.</summary>
internal sealed class SlicedBytes : RandomAccessSource
{
    private readonly RandomAccessSource _whole;
    private readonly long _start;

    public SlicedBytes(RandomAccessSource whole, long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _whole = whole;
        _start = start;
        Length = length;
    }

    public override long Length { get; }

    public override int BlockSize => _start % _whole.BlockSize == 0 ? _whole.BlockSize : 1;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        return _whole.Read(_start + offset, buffer[..(int)Math.Min(buffer.Length, Length - offset)]);
    }

    public override bool IsZero(long offset, long length) => _whole.IsZero(_start + offset, length);
}

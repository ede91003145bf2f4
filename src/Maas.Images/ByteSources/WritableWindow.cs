namespace Maas.Images.ByteSources;

/// <summary>A window of other bytes that can be written to, and not past its ends.</summary>
internal sealed class WritableWindow : WritableBytes
{
    private readonly WritableBytes _whole;
    private readonly long _start;
    private readonly bool _keepsAll;

    public WritableWindow(WritableBytes whole, long start, long length, bool keepsAll)
    {
        if (start < 0 || length < 0 || length > whole.Length - start)
            throw new ArgumentOutOfRangeException(nameof(length), "The window is not inside the bytes.");
        (_whole, _start, Length, _keepsAll) = (whole, start, length, keepsAll);
    }

    public override long Length { get; }

    public override int Read(long offset, Span<byte> buffer) =>
        offset >= Length ? 0 : _whole.Read(_start + offset, buffer[..(int)Math.Min(buffer.Length, Length - offset)]);

    public override bool IsZero(long offset, long length) => _whole.IsZero(_start + offset, length);

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, bytes);
        _whole.Write(_start + offset, bytes);
    }

    public override void WriteUnallocated(long offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, bytes);
        if (_keepsAll) _whole.Write(_start + offset, bytes);
        else _whole.WriteUnallocated(_start + offset, bytes);
    }

    private void Check(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < 0 || bytes.Length > Length - offset)
            throw new InvalidImageException("volume", $"{bytes.Length} bytes are to be written where it ends at {Length}", offset);
    }
}

namespace Maas.Images.ByteSources;

/// <summary>Content that is small and already at hand: inline data, a made-up sector.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> content) : RandomAccessSource
{
    public ReadOnlyMemory<byte> Content => content;

    public override long Length => content.Length;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= content.Length) return 0;
        var part = content.Span[(int)offset..];
        if (part.Length > buffer.Length) part = part[..buffer.Length];
        part.CopyTo(buffer);
        return part.Length;
    }
}

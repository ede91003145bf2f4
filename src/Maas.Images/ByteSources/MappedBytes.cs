namespace Maas.Images.ByteSources;

/// <summary>
/// The virtual disk of a format that divides it into blocks of one size and records the position of each in the file: VHD,
/// VHDX, VMDK. A block without a position reads as zeros.
/// </summary>
internal abstract class MappedBytes(RandomAccessSource file, long length, int blockSize, string structure) : RandomAccessSource
{
    public override long Length => length;

    protected RandomAccessSource File => file;

    public override int BlockSize => blockSize;

    /// <summary>Where a block's bytes begin in the file, or <see langword="null"/> for zeros.</summary>
    protected abstract long? PlaceOf(long block);

    /// <summary>Reads within one block that has a place.</summary>
    protected virtual void ReadBlock(long place, int within, Span<byte> part) => file.ReadExactly(place + within, part, structure);

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var (block, within) = Math.DivRem(offset + done, blockSize);
            var part = buffer.Slice(done, (int)Math.Min(buffer.Length - done, blockSize - within));
            if (PlaceOf(block) is { } place) ReadBlock(place, (int)within, part);
            else part.Clear();
            done += part.Length;
        }

        return buffer.Length;
    }

    public override bool IsZero(long offset, long count)
    {
        var end = Math.Min(offset + count, length);
        for (var block = offset / blockSize; block * blockSize < end; block++)
            if (PlaceOf(block) is not null) return false;
        return true;
    }
}

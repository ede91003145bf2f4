using Maas.Images.ByteSources;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// A file's content: blocks one behind the other (length 0 is a hole, bit 24 stored as it is) and a tail in a shared fragment.
/// </summary>
internal sealed class SquashFileBytes : RandomAccessSource
{
    public const uint StoredBit = 1 << 24;

    private readonly SquashReader _reader;
    private readonly SquashInode _inode;
    private readonly long[] _starts;
    private UnpackedBlocks? _unpacked; // of those that are read in parts

    public SquashFileBytes(SquashReader reader, SquashInode inode)
    {
        (_reader, _inode) = (reader, inode);
        _starts = new long[inode.BlockSizes.Length];
        var at = inode.Start;
        for (var i = 0; i < _starts.Length; i++)
        {
            _starts[i] = at;
            at += inode.BlockSizes[i] & ~StoredBit;
        }
    }

    public override long Length => _inode.Length;

    public override int BlockSize => _reader.BlockSize;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var (index, within) = Math.DivRem(offset + done, _reader.BlockSize);
            var room = (int)Math.Min(_reader.BlockSize - within, buffer.Length - done);
            ReadPart((int)index, (int)within, buffer.Slice(done, room));
            done += room;
        }

        return buffer.Length;
    }

    public override bool IsZero(long offset, long length)
    {
        for (var index = offset / _reader.BlockSize; index * _reader.BlockSize < Math.Min(Length, offset + length); index++)
            if (index >= _starts.Length || _inode.BlockSizes[index] != 0) return false;
        return true;
    }

    private void ReadPart(int index, int within, Span<byte> part)
    {
        if (index >= _starts.Length)
        {
            _reader.Fragment(_inode.Fragment, (int)_inode.FragmentOffset + within, part);
        }
        else if (_inode.BlockSizes[index] == 0)
        {
            part.Clear();
        }
        else if (within == 0 && part.Length == LengthOf(index))
        {
            _reader.Unpack(_starts[index], _inode.BlockSizes[index], part); // whole blocks need no second copy
        }
        else
        {
            LazyInitializer.EnsureInitialized(ref _unpacked, () => new UnpackedBlocks(2, BlockSize, ReadBlock)).TryRead(
                index, within, part);
        }
    }

    private int LengthOf(int index) => (int)Math.Min(_reader.BlockSize, Length - ((long)index * _reader.BlockSize));

    private int ReadBlock(long index, Memory<byte> room)
    {
        var length = LengthOf((int)index);
        _reader.Unpack(_starts[index], _inode.BlockSizes[index], room.Span[..length]);
        return length;
    }
}

using Maas.Images.Bytes;

namespace Maas.Images.Ext;

/// <summary>
/// One node of a directory's hash tree, in its block: pairs of a hash and a block of the directory, ordered by hash; the first pair's hash is 0 and not kept.
/// <code>
/// root (the directory's first block)   0 "." of 12 bytes  12 ".." to the end  24 zeros  28 hash version  29 length 8  30 levels below  31 flags  32 pairs
/// other nodes                          0 an unused entry of the whole block    8 pairs
/// pairs                                0 most of them (16 bits)  2 how many  4 the first's block  8 hash  12 block …
/// behind the most pairs                0 zeros  4 CRC-32C, where the file system has checksums
/// </code>
/// </summary>
internal readonly ref struct ExtHashNode
{
    private const int PairSize = 8;
    private const int TailSize = 8;

    private readonly Span<byte> _block;
    private readonly int _start;

    public ExtHashNode(Span<byte> block, bool isRoot)
    {
        _block = block;
        _start = isRoot ? 32 : 8;
    }

    public int Most => Pairs.U16(0);

    public int Count => Pairs.U16(2);

    public bool IsFull => Count >= Most;

    private ReadOnlySpan<byte> Pairs => _block[_start..];

    /// <summary>How many pairs a node of this file system has at most.</summary>
    public static int MostOf(ExtSuperblock super, bool isRoot) => (super.BlockSize - (isRoot ? 32 : 8) - (super.HasChecksums ? TailSize : 0)) / PairSize;

    /// <summary>Whether it can be a node: its own bounds are those of the file system.</summary>
    public bool IsSound(ExtSuperblock super) => Most == MostOf(super, _start == 32) && Count >= 1 && Count <= Most;

    public uint BlockAt(int pair) => Pairs.U32((pair * PairSize) + 4);

    public uint HashAt(int pair) => pair == 0 ? 0 : Pairs.U32(pair * PairSize);

    /// <summary>The pair whose block has names with this hash: the last that does not begin behind it.</summary>
    public int Find(uint hash)
    {
        var (low, high) = (1, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (HashAt(middle) > hash) high = middle - 1;
            else low = middle + 1;
        }

        return low - 1;
    }

    /// <summary>Makes an empty node of a block of zeros that is not the root.</summary>
    public void Begin(ExtSuperblock super)
    {
        ExtDirectoryBlock.SetLength(_block, _block.Length, _block.Length);
        _block[_start..].U16(0, (ushort)MostOf(super, isRoot: false));
    }

    public void Insert(int behind, uint hash, uint block)
    {
        var at = (behind + 1) * PairSize;
        var pairs = _block[_start..];
        pairs[at..(Count * PairSize)].CopyTo(pairs[(at + PairSize)..]);
        pairs.U32(at, hash);
        pairs.U32(at + 4, block);
        pairs.U16(2, (ushort)(Count + 1));
    }

    /// <summary>Moves the pairs from one on to an empty node, where the first of them loses its hash.</summary>
    public void MoveTo(ExtHashNode other, int from)
    {
        var moved = Count - from;
        var source = _block.Slice(_start + (from * PairSize), moved * PairSize);
        var target = other._block[other._start..];
        source[4..].CopyTo(target[4..]);
        target.U16(2, (ushort)moved);
        _block[_start..].U16(2, (ushort)from);
    }

    /// <summary>Makes a root, whose pairs have been moved to a node, point to that alone.</summary>
    public void PointTo(uint block)
    {
        var pairs = _block[_start..];
        pairs.U16(2, 1);
        pairs.U32(4, block);
    }

    public void Seal(ExtSuperblock super, ExtInode directory)
    {
        if (!super.HasChecksums) return;
        var tail = _block[(_start + (Most * PairSize))..];
        tail[..TailSize].Clear();
        var checksum = Checksums.Crc32C(directory.ChecksumSeed(super), _block[..(_start + (Count * PairSize))]);
        tail.U32(4, Checksums.Crc32C(checksum, tail[..TailSize]));
    }
}

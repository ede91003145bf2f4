using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// One node of a directory's hash tree, in its block, to be changed: pairs of a hash and a block of the directory, ordered by hash; the
/// first pair's hash is 0 and not kept.
/// <code>
/// root (the directory's first block) 0 "." of 12 bytes 12 ".." to the end 24 zeros 28 hash version 29 length 8 30 levels below 31 flags 32
/// pairs other nodes                          0 an unused entry of the whole block    8 pairs
/// pairs                                0 most of them (16 bits)  2 how many  4 the first's block  8 hash  12 block …
/// behind the most pairs                0 zeros  4 CRC-32C, where the file system has checksums
/// </code>
/// </summary>
internal readonly ref struct ExtHashNode
{
    private const int PairSize = ExtHashPairs.PairSize;

    private readonly Span<byte> _block;
    private readonly bool _isRoot;

    public ExtHashNode(Span<byte> block, bool isRoot)
    {
        _block = block;
        _isRoot = isRoot;
    }

    /// <summary>The pairs as they are now.</summary>
    public ExtHashPairs Pairs => new(_block, _isRoot);

    private Span<byte> Rest => _block[ExtHashPairs.StartOf(_isRoot)..];

    /// <summary>Makes an empty node of a block of zeros that is not the root.</summary>
    public void Begin(ExtSuperblock super)
    {
        ExtDirectoryBlock.SetLength(_block, _block.Length, _block.Length);
        Rest.U16(0, (ushort)ExtHashPairs.MostOf(super, _isRoot));
    }

    public void Insert(int behind, uint hash, uint block)
    {
        var (at, count) = ((behind + 1) * PairSize, Pairs.Count);
        var pairs = Rest;
        pairs[at..(count * PairSize)].CopyTo(pairs[(at + PairSize)..]);
        pairs.U32(at, hash);
        pairs.U32(at + 4, block);
        pairs.U16(2, (ushort)(count + 1));
    }

    /// <summary>Moves the pairs from one on to an empty node, where the first of them loses its hash.</summary>
    public void MoveTo(ExtHashNode other, int from)
    {
        var moved = Pairs.Count - from;
        var source = Rest.Slice(from * PairSize, moved * PairSize);
        var target = other.Rest;
        source[4..].CopyTo(target[4..]);
        target.U16(2, (ushort)moved);
        Rest.U16(2, (ushort)from);
    }

    /// <summary>Makes a root, whose pairs have been moved to a node, point to that alone, one level more above the names.</summary>
    public void Deepen(uint block)
    {
        var pairs = Rest;
        pairs.U16(2, 1);
        pairs.U32(4, block);
        _block[ExtHashTree.LevelsAt]++;
    }

    public void Seal(ExtSuperblock super, ExtInode directory)
    {
        if (!super.HasChecksums) return;
        var tail = _block.Slice(Pairs.TailStart, ExtHashPairs.TailSize);
        tail.Clear();
        tail.U32(4, Pairs.Checksum(super, directory));
    }
}

using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>The pairs of a node of a directory's hash tree, as they are read; <see cref="ExtHashNode"/> has the picture.</summary>
internal readonly ref struct ExtHashPairs
{
    public const int PairSize = 8;
    public const int TailSize = 8;

    private const int RootStart = 32;
    private const int NodeStart = 8;

    private readonly ReadOnlySpan<byte> _block;
    private readonly int _start;

    public ExtHashPairs(ReadOnlySpan<byte> block, bool isRoot)
    {
        _block = block;
        _start = StartOf(isRoot);
    }

    public int Most => Pairs.U16(0);

    public int Count => Pairs.U16(2);

    public bool IsFull => Count >= Most;

    private ReadOnlySpan<byte> Pairs => _block[_start..];

    /// <summary>The position of the pairs of a node.</summary>
    public static int StartOf(bool isRoot) => isRoot ? RootStart : NodeStart;

    /// <summary>How many pairs a node of this file system has at most.</summary>
    public static int MostOf(ExtSuperblock super, bool isRoot) =>
        (super.BlockSize - StartOf(isRoot) - (super.HasChecksums ? TailSize : 0)) / PairSize;

    /// <summary>Whether it can be a node: its own bounds are those of the file system.</summary>
    public bool IsSound(ExtSuperblock super) => Most == MostOf(super, _start == RootStart) && Count >= 1 && Count <= Most;

    /// <summary>Whether the checksum of a well-formed node matches, where there are checksums.</summary>
    public bool HasGoodChecksum(ExtSuperblock super, ExtInode directory) =>
        !super.HasChecksums || _block[(TailStart + 4)..].U32(0) == Checksum(super, directory);

    /// <summary>The checksum over the bytes before the pairs, the pairs in use, and 4 zeros before it and for itself.</summary>
    public uint Checksum(ExtSuperblock super, ExtInode directory)
    {
        Span<byte> zeros = stackalloc byte[TailSize];
        zeros.Clear();
        _block.Slice(TailStart, 4).CopyTo(zeros);
        return Checksums.Crc32C(Checksums.Crc32C(directory.ChecksumSeed(super), _block[..(_start + (Count * PairSize))]), zeros);
    }

    public int TailStart => _start + (Most * PairSize);

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
}

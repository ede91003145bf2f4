using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>The block map of ext2 and ext3: 12 blocks, then a block of blocks, one of those, and one of those. 0 is a hole.</summary>
internal sealed class ExtIndirectMap(RandomAccessSource volume, ExtSuperblock super, ExtInode inode, ExtMapping mapping)
{
    private const string Structure = "ext indirect block";

    private readonly HashSet<uint> _seen = [];

    private long Blocks => (inode.Length + super.BlockSize - 1) / super.BlockSize;

    public void Read()
    {
        long perBlock = super.BlockSize / 4;
        if (Blocks > 12 + perBlock + (perBlock * perBlock) + (perBlock * perBlock * perBlock))
            throw new InvalidImageException(Structure, $"inode {inode.Number} is longer than its map can say");
        for (var i = 0; i < 12 && i < Blocks; i++) AddBlock(i, inode.BlockMap.U32(i * 4), 0);

        long logical = 12;
        var span = perBlock;
        for (var level = 1; level <= 3 && logical < Blocks; level++)
        {
            ReadIndirect(inode.BlockMap.U32((11 + level) * 4), level, logical, span);
            logical += span;
            span *= perBlock;
        }
    }

    private void ReadIndirect(uint block, int level, long logical, long span)
    {
        if (block == 0) return;
        if (!_seen.Add(block))
            throw new InvalidImageException(Structure, $"inode {inode.Number} uses block {block} twice", super.OffsetOfBlock(block));
        if (block >= super.BlockCount) throw new InvalidImageException(Structure, $"inode {inode.Number} has one in block {block}");
        mapping.Nodes.Add(block);
        var offset = super.OffsetOfBlock(block);
        ReadOnlySpan<byte> pointers = volume.Read(offset, super.BlockSize, Structure);
        var each = span / (super.BlockSize / 4);
        for (var i = 0; i < super.BlockSize / 4 && logical < Blocks; i++, logical += each)
        {
            if (level == 1) AddBlock(logical, pointers.U32(i * 4), offset);
            else ReadIndirect(pointers.U32(i * 4), level - 1, logical, each);
        }
    }

    private void AddBlock(long logical, uint physical, long offset)
    {
        if (physical != 0) mapping.Add(new ExtRun(logical, 1, physical, Written: true), offset);
    }
}

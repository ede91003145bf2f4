using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Ext;

/// <summary>The inodes, in tables that begin, for each group, at some block.</summary>
internal sealed class ExtInodes(RandomAccessSource volume, ExtSuperblock super, Func<int, long> inodeTable)
{
    private const string Structure = "ext inode";

    public ExtInode Read(uint number)
    {
        var offset = OffsetOf(number);
        var inode = new ExtInode(number, volume.Read(offset, super.InodeSize, Structure));
        if (inode.ExtraSize > super.InodeSize - 128)
            throw new InvalidImageException(Structure, $"inode {number} says it is larger than it is", offset);
        if (super.HasChecksums && inode.StoredChecksum != inode.Checksum(super))
            throw new InvalidImageException(Structure, $"inode {number}'s checksum does not match", offset);
        if (inode.Length < 0) throw new InvalidImageException(Structure, $"inode {number} has a negative length", offset);
        return inode;
    }

    public long OffsetOf(uint number)
    {
        if (number == 0 || number > super.InodeCount) throw new InvalidImageException(Structure, $"there is no inode {number}");
        var (group, index) = Math.DivRem(number - 1, super.InodesPerGroup);
        return super.OffsetOfBlock(inodeTable((int)group)) + (index * (long)super.InodeSize);
    }
}

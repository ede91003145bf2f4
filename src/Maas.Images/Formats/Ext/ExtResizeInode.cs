using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The inode (7) that keeps the blocks reserved for more descriptors. Its map has only a doubly indirect block: entry d % n of it is the
/// primary place of descriptor block d, which holds the positions of its copies, group by group.
/// </summary>
internal static class ExtResizeInode
{
    public const uint Number = 7;

    private const int DoublyIndirect = 40 + (13 * 4);

    /// <summary>Writes the map as the superblock's counts want it.</summary>
    /// <param name="volume">The file system.</param>
    /// <param name="inodes">Its inodes.</param>
    /// <param name="inode">The inode; it has its doubly indirect block.</param>
    public static void Write(ExtVolume volume, ExtInodeWriter inodes, ExtInode inode)
    {
        var super = volume.Super;
        var perBlock = super.BlockSize / 4;
        var copies = Enumerable.Range(1, super.GroupCount - 1).Where(group => super.GroupHasSuperblock(group)).Take(perBlock).ToList();
        var described = ExtGroupLayout.DescriptorBlocks(super);
        var root = volume.Blocks.Fill(BlockOf(inode));
        for (var i = described; i < described + super.ReservedDescriptorBlocks; i++)
        {
            var place = super.FirstDataBlock + 1 + i;
            root.U32(i % perBlock * 4, (uint)place);
            var list = volume.Blocks.Fill(place);
            for (var copy = 0; copy < copies.Count; copy++) list.U32(copy * 4, (uint)(place + (copies[copy] * super.BlocksPerGroup)));
        }

        inodes.SetBlocks(inode, 1 + (super.ReservedDescriptorBlocks * (1L + copies.Count)));
        inodes.Write(inode);
    }

    /// <summary>A new one.</summary>
    public static ExtInode Make(ExtVolume volume, ExtInodeWriter inodes, ExtBlockAllocator blocks)
    {
        var inode = inodes.Make(Number, FileKind.File, new FileOwnership { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        long perBlock = volume.Super.BlockSize / 4;
        ExtInodeWriter.SetLength(inode, ((perBlock * perBlock) + perBlock + 12) * volume.Super.BlockSize);
        var (block, _) = blocks.Allocate(volume.Super.FirstDataBlock, 1);
        inode.Raw.AsSpan().U32(DoublyIndirect, (uint)block);
        return inode;
    }

    private static long BlockOf(ExtInode inode) => ((ReadOnlySpan<byte>)inode.Raw).U32(DoublyIndirect) is > 0 and var block
        ? block
        : throw new InvalidImageException("ext resize inode", "it has no map");
}

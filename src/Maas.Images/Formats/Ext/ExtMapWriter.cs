using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Rewrites an inode's whole map, in the form that its flags and the file system require.</summary>
internal sealed class ExtMapWriter(ExtVolume volume, ExtBlockAllocator blocks)
{
    private const int EntrySize = 12;
    private const int RootEntries = 4;
    private const int DirectBlocks = 12;

    private ExtSuperblock Super => volume.Super;

    /// <summary>The most blocks a file can have here.</summary>
    public static long MostBlocks(ExtSuperblock super, ExtInode inode)
    {
        if (inode.Has(ExtInode.UsesExtents)) return uint.MaxValue;
        long perBlock = super.BlockSize / 4;
        return Math.Min(uint.MaxValue, DirectBlocks + perBlock + (perBlock * perBlock) + (perBlock * perBlock * perBlock));
    }

    /// <summary>Gives an inode that has no content yet an empty map.</summary>
    public void Begin(ExtInode inode)
    {
        ExtInodeWriter.SetFlag(inode, ExtInode.UsesExtents, Super.Has(ExtIncompat.Extents));
        Write(inode, new ExtMapping(Super));
    }

    /// <summary>Puts the map into the inode and into blocks of its own; those it had before are given back.</summary>
    public void Write(ExtInode inode, ExtMapping mapping)
    {
        foreach (var node in mapping.Nodes) blocks.Free(node, 1);
        mapping.Nodes.Clear();
        var root = inode.Raw.AsSpan(40, 60);
        root.Clear();
        if (inode.Has(ExtInode.UsesExtents)) WriteExtents(inode, mapping, root);
        else WriteIndirect(mapping, root);
    }

    private void WriteExtents(ExtInode inode, ExtMapping mapping, Span<byte> root)
    {
        var entries = new List<byte[]>();
        foreach (var run in mapping.Runs) AddLeafEntries(entries, run);
        var perNode = (Super.BlockSize - EntrySize) / EntrySize;
        var depth = 0;
        for (; entries.Count > RootEntries; depth++)
        {
            var above = new List<byte[]>();
            for (var at = 0; at < entries.Count; at += perNode)
                above.Add(WriteNode(inode, mapping, entries.GetRange(at, Math.Min(perNode, entries.Count - at)), perNode, depth));
            entries = above;
        }

        if (depth > ExtExtentTree.DeepestTree) throw new IOException("The file is in too many pieces.");
        FillNode(root, entries, RootEntries, depth);
    }

    private static void AddLeafEntries(List<byte[]> entries, ExtRun run)
    {
        var most = run.Written ? ExtExtentTree.LongestWritten : ExtExtentTree.LongestWritten - 1;
        for (long done = 0; done < run.Count; done += most)
        {
            var entry = new byte[EntrySize];
            var length = Math.Min(most, run.Count - done);
            entry.AsSpan().U32(0, (uint)(run.Logical + done));
            entry.AsSpan().U16(4, (ushort)(run.Written ? length : length + ExtExtentTree.LongestWritten));
            entry.AsSpan().U16(6, (ushort)((run.Physical + done) >> 32));
            entry.AsSpan().U32(8, (uint)(run.Physical + done));
            entries.Add(entry);
        }
    }

    private byte[] WriteNode(ExtInode inode, ExtMapping mapping, List<byte[]> entries, int most, int depth)
    {
        var block = TakeNode(mapping);
        var node = volume.Blocks.Fill(block);
        FillNode(node, entries, most, depth);
        var tail = EntrySize + (most * EntrySize);
        if (Super.HasChecksums) node.U32(tail, Checksums.Crc32C(inode.ChecksumSeed(Super), node[..tail]));
        var index = new byte[EntrySize];
        entries[0].AsSpan(0, 4).CopyTo(index);
        index.AsSpan().U32(4, (uint)block);
        index.AsSpan().U16(8, (ushort)(block >> 32));
        return index;
    }

    private static void FillNode(Span<byte> node, List<byte[]> entries, int most, int depth)
    {
        node.U16(0, ExtExtentTree.Magic);
        node.U16(2, (ushort)entries.Count);
        node.U16(4, (ushort)most);
        node.U16(6, (ushort)depth);
        for (var i = 0; i < entries.Count; i++) entries[i].CopyTo(node[(EntrySize + (i * EntrySize))..]);
    }

    private void WriteIndirect(ExtMapping mapping, Span<byte> root)
    {
        var next = 0;
        for (var i = 0; i < DirectBlocks; i++) root.U32(i * 4, Pointer(mapping, ref next, i));
        long logical = DirectBlocks, span = Super.BlockSize / 4;
        for (var level = 1; level <= 3; level++)
        {
            root.U32((DirectBlocks + level - 1) * 4, WritePointers(mapping, ref next, level, logical, span));
            logical += span;
            span *= Super.BlockSize / 4;
        }
    }

    private uint WritePointers(ExtMapping mapping, ref int next, int level, long logical, long span)
    {
        while (next < mapping.Runs.Count && mapping.Runs[next].End <= logical) next++;
        if (next == mapping.Runs.Count || mapping.Runs[next].Logical >= logical + span) return 0;
        var block = TakeNode(mapping);
        var node = volume.Blocks.Fill(block);
        var each = span / (Super.BlockSize / 4);
        for (var i = 0; i < Super.BlockSize / 4; i++)
            node.U32(
                i * 4,
                level == 1
                    ? Pointer(mapping, ref next, logical + i)
                    : WritePointers(mapping, ref next, level - 1, logical + (i * each), each));
        return (uint)block;
    }

    private static uint Pointer(ExtMapping mapping, ref int next, long logical)
    {
        while (next < mapping.Runs.Count && mapping.Runs[next].End <= logical) next++;
        if (next == mapping.Runs.Count || mapping.Runs[next].Logical > logical) return 0;
        var physical = mapping.Runs[next].Physical + logical - mapping.Runs[next].Logical;
        return physical <= uint.MaxValue ? (uint)physical : throw new IOException("The file's blocks are beyond what its map can say.");
    }

    private long TakeNode(ExtMapping mapping)
    {
        var (block, _) = blocks.Allocate(mapping.Next, 1);
        mapping.Nodes.Add(block);
        return block;
    }
}

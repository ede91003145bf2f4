using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The extent tree of ext4; its root is in the inode, other nodes fill a block and end in a checksum.
/// <code>
/// header: 0 F30A  2 entries  4 most entries  6 depth           then entries of 12 bytes
/// leaf:   0 first logical block  4 length (over 32768: that much less, not written yet)  6 high  8 low of the physical block
/// index:  0 first logical block  4 low  8 high of the child's block
/// </code>
/// Logical blocks grow from entry to entry through the whole tree, so a node that is used twice shows at once.
/// </summary>
internal sealed class ExtExtentTree(RandomAccessSource volume, ExtSuperblock super, ExtInode inode, ExtMapping mapping)
{
    public const ushort Magic = 0xF30A;
    public const int DeepestTree = 5;
    public const int LongestWritten = 32768;

    private const string Structure = "ext4 extent tree";

    private long _next; // the first logical block that is still free

    public void Read() => ReadNode(inode.BlockMap, -1, null);

    private void ReadNode(ReadOnlySpan<byte> node, long block, int? depth)
    {
        var offset = block < 0 ? (long?)null : super.OffsetOfBlock(block);
        int entries = node.U16(2), most = node.U16(4), here = node.U16(6);
        if (node.U16(0) != Magic) throw Wrong("a node has no magic", offset);
        if (entries > most || 12 + (most * 12) > node.Length) throw Wrong($"a node has {entries} of at most {most} entries", offset);
        if (here != (depth ?? here) || here > DeepestTree) throw Wrong($"a node is at depth {here}", offset);
        if (entries == 0 && block >= 0) throw Wrong("a node is empty", offset);
        if (block >= 0 && super.HasChecksums) CheckTail(node, most, offset);

        for (var i = 0; i < entries; i++)
        {
            var entry = node.Slice(12 + (i * 12), 12);
            if (entry.U32(0) < _next) throw Wrong($"logical block {entry.U32(0)} comes a second time", offset);
            if (here == 0) ReadExtent(entry, offset);
            else ReadNode(Child(entry, offset, out var child), child, here - 1);
        }
    }

    private void ReadExtent(ReadOnlySpan<byte> entry, long? offset)
    {
        long logical = entry.U32(0), length = entry.U16(4);
        var written = length <= LongestWritten;
        if (!written) length -= LongestWritten;
        if (length == 0) throw Wrong("an extent is empty", offset);
        var physical = (long)entry.U16(6) << 32 | entry.U32(8);
        mapping.Add(new ExtRun(logical, length, physical, written), offset);
        _next = logical + length;
    }

    private byte[] Child(ReadOnlySpan<byte> entry, long? offset, out long block)
    {
        block = (long)entry.U16(8) << 32 | entry.U32(4);
        if (block <= 0 || block >= super.BlockCount) throw Wrong($"a node is said to be in block {block}", offset);
        mapping.Nodes.Add(block);
        return volume.Read(super.OffsetOfBlock(block), super.BlockSize, Structure);
    }

    private void CheckTail(ReadOnlySpan<byte> node, int most, long? offset)
    {
        var tail = 12 + (most * 12);
        if (tail + 4 > node.Length) throw Wrong("a node has no room for its checksum", offset);
        if (Checksums.Crc32C(inode.ChecksumSeed(super), node[..tail]) != node.U32(tail))
            throw Wrong("a node's checksum does not match", offset);
    }

    private InvalidImageException Wrong(string reason, long? offset) => new(Structure, $"inode {inode.Number}: {reason}", offset);
}

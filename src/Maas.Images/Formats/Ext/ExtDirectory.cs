using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>A name in a directory and its inode.</summary>
internal readonly record struct ExtDirectoryEntry(string Name, uint Inode);

/// <summary>
/// Directory entries, read block after block; the blocks of a hash tree look like blocks of one unused entry.
/// <code>
/// 0 inode (0 unused)  4 length to the next  6 length of the name  7 kind  8 name
/// last in a block with checksums: inode 0, length 12, name 0, kind DE, 8 checksum
/// </code>
/// </summary>
internal static class ExtDirectory
{
    public const int TailSize = 12;
    public const byte TailKind = 0xDE;

    private const long MostBytes = 2L << 30;
    private const string Structure = "ext directory";

    public static IEnumerable<ExtDirectoryEntry> Read(RandomAccessSource content, ExtSuperblock super, ExtInode inode)
    {
        if (content.Length > MostBytes)
            throw new InvalidImageException(Structure, $"inode {inode.Number} is a directory of {content.Length} bytes");
        for (long at = 0; at < content.Length; at += super.BlockSize)
            foreach (var entry in ReadBlock(content, super, inode, at)) yield return entry;
    }

    /// <summary>
    /// The entries among which one with this name is: of the blocks that its hash leads to where the directory has a hash tree, else of
    /// all.
    /// </summary>
    public static IEnumerable<ExtDirectoryEntry> ReadAround(RandomAccessSource content, ExtSuperblock super, ExtInode inode, string name)
    {
        var leaves = ExtHashTree.Find(
            super,
            inode,
            FileName.Encode(name),
            number => (number + 1L) * super.BlockSize <= content.Length
                ? content.Read(number * (long)super.BlockSize, super.BlockSize, Structure)
                : default);
        return leaves?.SelectMany(leaf => ReadBlock(content, super, inode, leaf * (long)super.BlockSize)) ?? Read(content, super, inode);
    }

    private static IEnumerable<ExtDirectoryEntry> ReadBlock(RandomAccessSource content, ExtSuperblock super, ExtInode inode, long at)
    {
        if (content.IsZero(at, super.BlockSize)) return []; // a hole: allowed in a directory, and how a lying length stays cheap
        var block = content.Read(at, (int)Math.Min(super.BlockSize, content.Length - at), Structure);
        if (super.HasChecksums && !HasGoodTail(block, super, inode) && !IsIndex(block, inode, at))
            throw new InvalidImageException(Structure, $"inode {inode.Number}: the checksum of the block at {at} does not match");
        return ReadEntries(block, inode.Number);
    }

    /// <summary>The entries in one block, or in one part of an inline directory.</summary>
    public static IEnumerable<ExtDirectoryEntry> ReadEntries(ReadOnlyMemory<byte> block, uint owner)
    {
        for (var at = 0; at + 8 <= block.Length;)
        {
            var length = ReadEntry(block.Span[at..], block.Length, owner, at, out var entry);
            if (entry is { } found) yield return found;
            at += length;
        }
    }

    /// <summary>An entry's length in 16 bits; in blocks of 64 KiB the two lowest are the 17th and 18th.</summary>
    public static int LengthOf(ushort stored, int blockSize) =>
        blockSize < 65536 ? stored : stored is 0 or 65535 ? blockSize : (stored & 65532) | ((stored & 3) << 16);

    private static int ReadEntry(ReadOnlySpan<byte> rest, int blockSize, uint owner, int at, out ExtDirectoryEntry? entry)
    {
        entry = null;
        var length = LengthOf(rest.U16(4), blockSize);
        int nameLength = rest[6];
        if (length < 8 || length % 4 != 0 || length > rest.Length || 8 + nameLength > length)
            throw new InvalidImageException(Structure, $"inode {owner}: an entry at {at} is {length} bytes long");
        if (rest.U32(0) != 0 && nameLength != 0)
        {
            var name = rest.Slice(8, nameLength);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                entry = new ExtDirectoryEntry(FileName.Checked(FileName.Decode(name), Structure, at), rest.U32(0));
        }

        return length;
    }

    private static bool HasGoodTail(ReadOnlySpan<byte> block, ExtSuperblock super, ExtInode inode)
    {
        if (block.Length < TailSize) return false;
        var tail = block[^TailSize..];
        return tail.U32(0) == 0 && tail.U16(4) == TailSize && tail[6] == 0 && tail[7] == TailKind
            && tail.U32(8) == Checksums.Crc32C(inode.ChecksumSeed(super), block[..^TailSize]);
    }

    /// <summary>
    /// A hash tree's root (the first block) or inner node (one unused entry): they have no names and checksums of their own.
    /// </summary>
    private static bool IsIndex(ReadOnlySpan<byte> block, ExtInode inode, long at) =>
        inode.Has(ExtInode.Indexed) && (at == 0 || (block.U32(0) == 0 && LengthOf(block.U16(4), block.Length) == block.Length));
}

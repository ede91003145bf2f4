using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Changes inside one block of a directory; <see cref="ExtDirectory"/> has the picture.</summary>
internal static class ExtDirectoryBlock
{
    private const int HeadSize = 8;
    private const string Structure = "ext directory";

    /// <summary>Where entries end: before the checksum, if there is one.</summary>
    public static int End(ExtSuperblock super) => super.BlockSize - (super.HasChecksums ? ExtDirectory.TailSize : 0);

    /// <summary>Makes a block that holds one unused entry.</summary>
    public static void Format(Span<byte> block, ExtSuperblock super)
    {
        block.Clear();
        SetLength(block, End(super), block.Length);
    }

    /// <summary>Finds a name: its entry's offset and that of the entry before it, or −1.</summary>
    public static int Find(ReadOnlySpan<byte> block, int end, ReadOnlySpan<byte> name, out int before)
    {
        before = -1;
        for (var at = 0; at + HeadSize <= end;)
        {
            var entry = block[at..];
            if (entry.U32(0) != 0
                && entry[6] == name.Length
                && HeadSize + name.Length <= entry.Length
                && entry.Slice(HeadSize, name.Length).SequenceEqual(name)) return at;
            before = at;
            at += LengthAt(block, at, end);
        }

        return -1;
    }

    /// <summary>Puts an entry where there is room for it.</summary>
    public static bool TryAdd(Span<byte> block, int end, ReadOnlySpan<byte> name, uint inode, byte kind)
    {
        var need = Needed(name.Length);
        for (var at = 0; at + HeadSize <= end;)
        {
            var length = LengthAt(block, at, end);
            var used = ((ReadOnlySpan<byte>)block).U32(at) == 0 ? 0 : Needed(block[at + 6]);
            if (length - used >= need)
            {
                if (used > 0) SetLength(block[at..], used, block.Length);
                var entry = block.Slice(at + used, length - used);
                entry[..Math.Min(entry.Length, need)].Clear();
                entry.U32(0, inode);
                SetLength(entry, length - used, block.Length);
                entry[6] = (byte)name.Length;
                entry[7] = kind;
                name.CopyTo(entry[HeadSize..]);
                return true;
            }

            at += length;
        }

        return false;
    }

    /// <summary>Takes an entry out: the one before it reaches over it, or it stays as an unused one.</summary>
    public static void Remove(Span<byte> block, int end, int at, int before)
    {
        var length = LengthAt(block, at, end);
        if (before >= 0) SetLength(block[before..], at + length - before, block.Length);
        else block.U32(at, 0);
    }

    /// <summary>Writes the checksum.</summary>
    public static void Seal(Span<byte> block, ExtSuperblock super, ExtInode directory)
    {
        if (!super.HasChecksums) return;
        var tail = block[^ExtDirectory.TailSize..];
        tail.Clear();
        tail.U16(4, ExtDirectory.TailSize);
        tail[7] = ExtDirectory.TailKind;
        tail.U32(8, Checksums.Crc32C(directory.ChecksumSeed(super), block[..^ExtDirectory.TailSize]));
    }

    public static int Needed(int nameLength) => (HeadSize + nameLength + 3) & ~3;

    public static void SetLength(Span<byte> entry, int length, int blockSize) =>
        entry.U16(
            4, blockSize < 65536 ? (ushort)length : length == 65536 ? ushort.MaxValue : (ushort)((length & 65532) | (length >> 16 & 3)));

    public static int LengthAt(ReadOnlySpan<byte> block, int at, int end)
    {
        var length = ExtDirectory.LengthOf(block.U16(at + 4), block.Length);
        return length >= HeadSize && length % 4 == 0 && length <= end - at
            ? length
            : throw new InvalidImageException(Structure, $"an entry at {at} is {length} bytes long");
    }
}

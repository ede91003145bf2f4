using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Extended attributes: behind the inode's fields, and in one block.
/// <code>
/// in the inode: EA020000, entries        block: 0 EA020000  4 references  8 blocks  12 hash  16 checksum  32 entries
/// entry: 0 length of the name  1 its prefix  2 value's offset  4 inode of the value (or 0)  8 value's length  12 hash  16 name
/// </code>
/// Entries end with a word of zeros; offsets count from the first entry in an inode, from the start in a block.
/// </summary>
internal sealed class ExtAttributes(RandomAccessSource volume, ExtSuperblock super, Func<uint, long, byte[]> readInode)
{
    public const uint Magic = 0xEA020000;
    public const int BlockHeader = 32;

    private const int MostValue = 64 << 10; // XATTR_SIZE_MAX
    private const string Structure = "ext attributes";

    /// <summary>The prefixes by number; a number not here cannot be named.</summary>
    private static readonly (byte Index, string Prefix)[] Prefixes =
    [
        (1, "user."),
        (2, "system.posix_acl_access"),
        (3, "system.posix_acl_default"),
        (4, "trusted."),
        (6, "security."),
        (7, "system."),
        (8, "system.richacl"),
    ];

    public Dictionary<string, ReadOnlyMemory<byte>> Read(ExtInode inode)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var start = 128 + inode.ExtraSize;
        if (inode.ExtraSize != 0 && start + 4 <= inode.Raw.Length && ((ReadOnlySpan<byte>)inode.Raw).U32(start) == Magic)
            ReadEntries(inode.Raw.AsSpan(start + 4), 0, inode, found);
        if (inode.AttributesBlock != 0) ReadEntries(ReadBlock(inode), BlockHeader, inode, found);
        return found;
    }

    private byte[] ReadBlock(ExtInode inode)
    {
        var number = inode.AttributesBlock;
        if (number < 0 || number >= super.BlockCount) throw Wrong(inode, $"they are in block {number}");
        var block = volume.Read(super.OffsetOfBlock(number), super.BlockSize, Structure);
        ReadOnlySpan<byte> b = block;
        if (b.U32(0) != Magic || b.U32(8) != 1) throw Wrong(inode, "their block has no magic");
        if (super.HasChecksums && b.U32(16) != Checksum(super, number, b)) throw Wrong(inode, "their block's checksum does not match");
        return block;
    }

    public static uint Checksum(ExtSuperblock super, long blockNumber, ReadOnlySpan<byte> block)
    {
        Span<byte> number = stackalloc byte[8];
        number.U64(0, (ulong)blockNumber);
        return Checksums.Crc32C(Checksums.Crc32C(super.ChecksumSeed, number), block, 16, 4);
    }

    private void ReadEntries(ReadOnlySpan<byte> area, int first, ExtInode inode, Dictionary<string, ReadOnlyMemory<byte>> found)
    {
        for (var at = first; at + 4 <= area.Length && area.U32(at) != 0;)
        {
            if (at + 16 > area.Length || at + 16 + area[at] > area.Length) throw Wrong(inode, "a name runs over the end");
            var entry = area[at..];
            var index = entry[1];
            var prefix = Array.Find(Prefixes, known => known.Index == index).Prefix;
            if (prefix is not null)
            {
                var name = prefix + FileName.Decode(entry.Slice(16, entry[0]));
                if (PlaceOf(name) is not { } place || place.Index != index) throw Wrong(inode, $"one is named {name}");
                found.TryAdd(name, Value(area, entry, inode));
            }

            at += (16 + entry[0] + 3) & ~3;
        }
    }

    private byte[] Value(ReadOnlySpan<byte> area, ReadOnlySpan<byte> entry, ExtInode inode)
    {
        var (offset, holder, length) = (entry.U16(2), entry.U32(4), entry.U32(8));
        if (length > MostValue) throw Wrong(inode, $"a value is {length} bytes long");
        if (holder != 0) return readInode(holder, length);
        if (length == 0) return [];
        if (offset + length > area.Length) throw Wrong(inode, "a value runs over the end");
        var value = area.Slice(offset, (int)length).ToArray();
        return entry[1] is 2 or 3 ? ExtAccessControl.ToKernelForm(value) ?? throw Wrong(inode, "an access list is damaged") : value;
    }

    /// <summary>An attribute as it is kept.</summary>
    /// <exception cref="NotSupportedException">The name has no prefix that ext knows.</exception>
    public static ExtAttributeEntry ToDisk(string name, ReadOnlySpan<byte> value)
    {
        if (PrefixOf(name).Prefix is null) throw new NotSupportedException($"ext keeps no attribute {name}.");
        var (index, rest) = PlaceOf(name) ?? throw new ArgumentException($"{name} is no name of an attribute.", nameof(name));
        var stored = index is 2 or 3
            ? ExtAccessControl.ToDiskForm(value) ?? throw new ArgumentException($"The value of {name} is no access list.", nameof(value))
            : value.ToArray();
        return new ExtAttributeEntry(index, rest, stored);
    }

    /// <summary>The number of a name's prefix, which it has, and what is kept of the name; null for what no attribute is named.</summary>
    private static (byte Index, byte[] Name)? PlaceOf(string name)
    {
        var (index, prefix) = PrefixOf(name);
        var rest = FileName.Encode(name[prefix.Length..]);
        return rest.Length > 255 || rest.Length == 0 == prefix.EndsWith('.') ? null : (index, rest);
    }

    private static (byte Index, string Prefix) PrefixOf(string name) =>
        Prefixes.Where(known => name.StartsWith(known.Prefix, StringComparison.Ordinal))
            .OrderByDescending(known => known.Prefix.Length)
            .FirstOrDefault();

    private static InvalidImageException Wrong(ExtInode inode, string reason) => new(Structure, $"inode {inode.Number}: {reason}");
}

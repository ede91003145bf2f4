using System.Buffers;
using System.Globalization;
using System.Text;
using Maas.Images.FileTrees;

namespace Maas.Images.Archives;

/// <summary>
/// An entry's header, after its pax records if it needs any (POSIX.1-2017, pax, "ustar Interchange Format"); numbers are octal.
/// <code>
///   0 name 100  100 mode 8  108 uid 8  116 gid 8  124 size 12  136 mtime 12  148 checksum 8  156 kind  157 link 100
/// 257 "ustar" 00  329 major 8  337 minor 8  345 prefix 155      pax record: length key=value\n
/// </code>
/// </summary>
internal sealed class TarHeader
{
    private const int Block = 512;
    private const int NameLength = 100, PrefixLength = 155;
    private const long MostId = 0x1F_FFFF; // 7 octal digits
    private const long MostSize = 0x1_FFFF_FFFF; // 11 octal digits

    private readonly ArrayBufferWriter<byte> _records = new();
    private readonly byte[] _block = new byte[Block];

    public TarHeader(FileEntry entry, string? linkTo, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> attributes)
    {
        var kind = linkTo is not null ? '1' : KindOf(entry.Kind);
        var length = kind == '0' ? entry.Length : 0;
        Name(FileName.Encode(entry.Kind == FileKind.Directory ? entry.Path + "/" : entry.Path));
        Link(FileName.Encode(linkTo ?? entry.LinkTarget ?? ""));
        Octal(100, 8, (uint)entry.Mode & 0xFFF);
        Number("uid", 108, 8, entry.UserId, MostId);
        Number("gid", 116, 8, entry.GroupId, MostId);
        Number("size", 124, 12, length, MostSize);
        Number("mtime", 136, 12, entry.ModifiedAt.ToUnixTimeSeconds(), MostSize);
        foreach (var (name, value) in attributes.OrderBy(
            attribute => attribute.Key, StringComparer.Ordinal)) AddRecord("SCHILY.xattr." + name, value.Span);
        _block[156] = (byte)kind;
        if (entry.Device is { } device)
        {
            Octal(329, 8, device.Major);
            Octal(337, 8, device.Minor);
        }

        Seal(_block);
    }

    public byte[] ToArray()
    {
        if (_records.WrittenCount == 0) return _block;
        var head = new byte[Block];
        "././@PaxHeader"u8.CopyTo(head);
        Octal(head, 100, 8, 0x1A4);
        Octal(head, 108, 8, 0);
        Octal(head, 116, 8, 0);
        Octal(head, 124, 12, _records.WrittenCount);
        Octal(head, 136, 12, 0);
        head[156] = (byte)'x';
        Seal(head);
        return [.. head, .. _records.WrittenSpan, .. new byte[(Block - (_records.WrittenCount % Block)) % Block], .. _block];
    }

    /// <summary>Splits a long name at a slash, so that no pax record is needed for it; where that does not do, one is.</summary>
    private void Name(byte[] name)
    {
        if (name.Length <= NameLength)
        {
            name.CopyTo(_block, 0);
            return;
        }

        var slash = name.Length <= PrefixLength + 1 + NameLength ? Array.IndexOf(name, (byte)'/', name.Length - NameLength - 1) : -1;
        if (slash is > 0 and <= PrefixLength && slash < name.Length - 1)
        {
            name.AsSpan(0, slash).CopyTo(_block.AsSpan(345));
            name.AsSpan(slash + 1).CopyTo(_block);
            return;
        }

        AddRecord("path", name);
        name.AsSpan(0, NameLength).CopyTo(_block);
    }

    private void Link(byte[] target)
    {
        if (target.Length > NameLength) AddRecord("linkpath", target);
        target.AsSpan(0, Math.Min(target.Length, NameLength)).CopyTo(_block.AsSpan(157));
    }

    private void Number(string key, int at, int width, long value, long most)
    {
        if (value >= 0 && value <= most)
        {
            Octal(at, width, value);
            return;
        }

        AddRecord(key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        Octal(at, width, 0);
    }

    private void AddRecord(string key, ReadOnlySpan<byte> value)
    {
        // The length counts its own digits.
        var rest = Encoding.UTF8.GetByteCount(key) + value.Length + 3;
        var length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        _records.Write(Encoding.UTF8.GetBytes($"{length.ToString(CultureInfo.InvariantCulture)} {key}="));
        _records.Write(value);
        _records.Write("\n"u8);
    }

    private void Octal(int at, int width, long value) => Octal(_block, at, width, value);

    private static void Octal(byte[] block, int at, int width, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(width - 1, '0'), block.AsSpan(at));

    private static void Seal(byte[] block)
    {
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in block) sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", block.AsSpan(148));
    }

    private static char KindOf(FileKind kind) => kind switch
    {
        FileKind.File => '0',
        FileKind.SymbolicLink => '2',
        FileKind.CharacterDevice => '3',
        FileKind.BlockDevice => '4',
        FileKind.Directory => '5',
        _ => '6',
    };
}

using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.ArchiveTrees;

/// <summary>
/// Indexes a tar archive (POSIX ustar and pax, GNU long names, numbers in base 256).
/// <code>
///   0 name 100  100 mode 8  108 uid 8  116 gid 8  124 size 12  136 mtime 12  148 checksum 8  156 kind
/// 157 link 100  257 "ustar" 265 user 32 297 group 32  329 major 8  337 minor 8  345 prefix 155
/// kinds: 0 file 1 hard link 2 symbolic link 3 4 device 5 directory 6 pipe  L K long name, link  x g pax for the next, for all
/// </code>
/// </summary>
internal sealed class TarIndex(RandomAccessSource bytes)
{
    private const int BlockSize = 512;
    private const int MostExtension = 1 << 20;
    private const string Structure = "tar header";

    private readonly ArchiveTreeBuilder _tree = new(Structure);
    private readonly TarExtensions _global = new();
    private TarExtensions _next = new();
    private long _fileNumber;

    public static bool Matches(RandomAccessSource bytes)
    {
        Span<byte> header = stackalloc byte[BlockSize];
        return bytes.Read(0, header) == BlockSize && header[0] != 0 && HasChecksum(header);
    }

    public static ArchiveFileTree Open(RandomAccessSource bytes)
    {
        var index = new TarIndex(bytes);
        for (long at = 0; at < bytes.Length && index.ReadEntry(ref at);)
        {
        }

        return new ArchiveFileTree("tar", index._tree.Root);
    }

    private bool ReadEntry(ref long at)
    {
        var offset = at;
        ReadOnlySpan<byte> header = bytes.Read(at, BlockSize, Structure);
        if (!header.ContainsAnyExcept((byte)0)) return false;
        if (!HasChecksum(header)) throw new InvalidImageException(Structure, "its checksum does not match", at);
        var kind = (char)header[156];
        var size = kind is 'x' or 'g' or 'L' or 'K'
            ? Number(header.Slice(124, 12), offset)
            : _next.Size ?? _global.Size ?? Number(header.Slice(124, 12), offset);
        if (kind is '1' or '2' or '3' or '4' or '5' or '6') size = 0;
        var data = at + BlockSize;
        var extra = kind == 'S' ? TarSparse.ExtraHeaders(bytes, data, header) : 0;
        data += extra * BlockSize;
        if (size < 0 || size > bytes.Length - data)
            throw new InvalidImageException(Structure, $"its {size} bytes end behind the archive", offset);
        at = data + ((size + BlockSize - 1) & ~(BlockSize - 1L));
        switch (kind)
        {
            case 'x':
                _next.Read(Extension(data, size));
                break;
            case 'g':
                _global.Read(Extension(data, size));
                break;
            case 'L':
                _next.Path = Text(Extension(data, size));
                break;
            case 'K':
                _next.Link = Text(Extension(data, size));
                break;
            default:
                AddEntry(header, kind, data, size, extra, offset);
                _next = new TarExtensions();
                break;
        }

        return true;
    }

    private void AddEntry(ReadOnlySpan<byte> header, char type, long data, long size, long extra, long offset)
    {
        var name = _next.Path ?? _global.Path ?? ShortName(header);
        var path = _tree.PathOf(name, offset);
        var link = _next.Link ?? _global.Link ?? Text(header.Slice(157, 100));
        var kind = type switch
        {
            'S' => FileKind.File,
            '0' or '\0' or '7' => name.EndsWith('/') ? FileKind.Directory : FileKind.File,
            '1' => FileKind.File,
            '2' => FileKind.SymbolicLink,
            '3' => FileKind.CharacterDevice,
            '4' => FileKind.BlockDevice,
            '5' => FileKind.Directory,
            '6' => FileKind.Pipe,
            _ => (FileKind?)null,
        };
        if (kind is not { } known) return; // a volume label, a vendor's own: nothing to unpack
        var content = known == FileKind.File ? TarSparse.Content(bytes, header, type, _next, data, size, extra) : null;
        var node = new ArchiveNode(Entry(header, path, known, content?.Length ?? 0, link, offset), content)
        {
            ExtendedAttributes = _next.Attributes,
        };
        if (type == '1')
            node.Share(_tree.Find(_tree.PathOf(link, offset))
                ?? throw new InvalidImageException(Structure, "a hard link names a file that has not come", offset));
        _tree.Add(node, offset);
    }

    private FileEntry Entry(ReadOnlySpan<byte> header, string path, FileKind kind, long size, string link, long offset) => new()
    {
        Path = path,
        Kind = kind,
        Length = kind == FileKind.File ? size : 0,
        Mode = (UnixFileMode)(Number(header.Slice(100, 8), offset) & 0xFFF),
        UserId = (uint)(_next.UserId ?? Number(header.Slice(108, 8), offset)),
        GroupId = (uint)(_next.GroupId ?? Number(header.Slice(116, 8), offset)),
        ModifiedAt = Time(_next.ModifiedAt ?? Number(header.Slice(136, 12), offset)),
        LinkTarget = kind == FileKind.SymbolicLink ? link : null,
        Device = kind is FileKind.BlockDevice or FileKind.CharacterDevice
            ? new DeviceNumber((uint)Number(header.Slice(329, 8), offset), (uint)Number(header.Slice(337, 8), offset))
            : null,
        FileNumber = kind == FileKind.File ? ++_fileNumber : 0,
    };

    private static string ShortName(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        var prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private byte[] Extension(long data, long size) =>
        size <= MostExtension
            ? bytes.Read(data, (int)size, "tar extension")
            : throw new InvalidImageException("tar extension", $"it is {size} bytes long", data);

    private static string Text(ReadOnlySpan<byte> field) =>
        FileName.Decode(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, -62135596800, 253402300799));

    private static bool HasChecksum(ReadOnlySpan<byte> header)
    {
        if (!TryNumber(header.Slice(148, 8), out var stored)) return false;
        long sum = 8 * ' ';
        for (var i = 0; i < BlockSize; i++) if (i is < 148 or >= 156) sum += header[i];
        return sum == stored;
    }

    private static long Number(ReadOnlySpan<byte> field, long offset) =>
        TryNumber(field, out var number) ? number : throw new InvalidImageException(Structure, "a number in it is malformed", offset);

    private static bool TryNumber(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        if ((field[0] & 0x80) != 0)
        {
            if (field[0] == 0xFF) number = -1; // GNU writes times before 1970 as two's complement
            foreach (var digit in field[1..])
            {
                if (number is > long.MaxValue >> 8 or < long.MinValue >> 8) return false;
                number = (number << 8) | digit;
            }

            return true;
        }

        var text = Encoding.ASCII.GetString(field).Trim(' ', '\0');
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7') return false;
            number = (number << 3) | (uint)(digit - '0');
        }

        return true;
    }
}

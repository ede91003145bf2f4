using System.Globalization;
using Maas.Images.Archives;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.ArchiveTrees;

/// <summary>
/// Indexes a cpio archive of the "newc" or "crc" form, and what an initrd may put behind it: padding and further archives,
/// compressed or not, in any mixture (Linux' Documentation/driver-api/early-userspace/buffer-format). What was compressed holds archives
/// and padding, nothing compressed again (init/initramfs.c).
/// <code>
/// 070701, then 13 fields of 8 hexadecimal digits: inode mode uid gid links mtime size devmajor devminor rdevmajor rdevminor
/// name's length, check; the name with its NUL and the data are each padded to 4 bytes
/// </code>
/// </summary>
internal sealed class CpioIndex(UnpackedFiles scratch)
{
    private const int HeaderSize = 110;
    private const int LongestName = 4096;
    private const int MostPacked = 256;
    private const int Alignment = 4;
    private const string Structure = "cpio header";
    private const string Trailer = "TRAILER!!!";

    private readonly ArchiveTreeBuilder _tree = new(Structure);
    private Dictionary<(uint, uint, uint), List<ArchiveNode>> _links = [];

    public static bool Matches(RandomAccessSource bytes)
    {
        Span<byte> magic = stackalloc byte[6];
        return bytes.Read(0, magic) == 6 && (magic.SequenceEqual("070701"u8) || magic.SequenceEqual("070702"u8));
    }

    public static ArchiveFileTree Open(RandomAccessSource bytes, UnpackedFiles scratch)
    {
        var index = new CpioIndex(scratch);
        index.ReadSegments(bytes);
        return new ArchiveFileTree("cpio", index._tree.Root);
    }

    /// <summary>
    /// An initrd whose first archive was compressed: unpacked, with the others behind it as they are. Linux takes one that is not
    /// compressed only at a multiple of four bytes, so their alignment is preserved.
    /// </summary>
    /// <param name="first">The first archive.</param>
    /// <param name="packed">The initrd.</param>
    /// <param name="end">Where in it the first archive ended.</param>
    public static RandomAccessSource Join(RandomAccessSource first, RandomAccessSource packed, long end)
    {
        var whole = new PlannedBytes();
        whole.Add(0, first);
        whole.Add(first.Length + ((end - first.Length) & (Alignment - 1)), packed.Slice(end, packed.Length - end));
        return whole;
    }

    private void ReadSegments(RandomAccessSource bytes)
    {
        var packed = 0;
        for (var at = ReadArchive(bytes); (at = SkipZeros(bytes, at)) < bytes.Length;)
        {
            var rest = bytes.Slice(at, bytes.Length - at);
            if (Matches(rest)) at += ReadArchive(rest);
            else if (!IsPacked(rest)) throw new InvalidImageException("initrd", "something other than an archive follows one", at);
            else if (++packed > MostPacked)
                throw new InvalidImageException("initrd", $"it has more than {MostPacked} compressed archives", at);
            else at += ReadPacked(rest);
        }
    }

    /// <returns>Where what was compressed in this way ended.</returns>
    private long ReadPacked(RandomAccessSource bytes)
    {
        var plain = scratch.Unpack(bytes, out var end);
        for (long at = 0; (at = SkipZeros(plain, at)) < plain.Length;) at += ReadArchive(plain.Slice(at, plain.Length - at));
        return end;
    }

    private static bool IsPacked(RandomAccessSource bytes) => Compression.Detect(bytes) != CompressionFormat.None;

    /// <returns>Where the archive ended.</returns>
    private long ReadArchive(RandomAccessSource bytes)
    {
        _links = [];
        long at = 0;
        while (ReadEntry(bytes, ref at))
        {
        }

        foreach (var names in _links.Values.Where(names => names.Count > 1))
        {
            // Only one of a file's names carries its content; which one differs between writers.
            var original = names.MaxBy(name => name.Entry.Length) ?? names[0];
            foreach (var name in names) name.Share(original);
        }

        return at;
    }

    private bool ReadEntry(RandomAccessSource bytes, ref long at)
    {
        var offset = at;
        var header = bytes.Read(at, HeaderSize, Structure);
        if (!header.AsSpan().StartsWith("070701"u8) && !header.AsSpan().StartsWith("070702"u8))
            throw new InvalidImageException(Structure, "the magic is not 070701 or 070702", at);
        var f = new uint[13];
        for (var i = 0; i < f.Length; i++)
        {
            if (!uint.TryParse(header.AsSpan(6 + (i * 8), 8), NumberStyles.AllowHexSpecifier, null, out f[i]))
                throw new InvalidImageException(Structure, $"field {i} is not hexadecimal", at);
        }

        var (size, nameLength) = (f[6], f[11]);
        if (nameLength is 0 or > LongestName) throw new InvalidImageException(Structure, $"a name of {nameLength} bytes", at);
        var name = FileName.Decode(bytes.Read(at + HeaderSize, (int)nameLength, "cpio name").AsSpan(..^1));
        var data = Padded(at + HeaderSize + nameLength);
        at = Padded(data + size);
        if (name == Trailer) return false;
        if (data + size > bytes.Length) throw new InvalidImageException(Structure, $"its {size} bytes end behind the archive", offset);
        Add(bytes, f, _tree.PathOf(name, offset), data, size, offset);
        return true;
    }

    private void Add(RandomAccessSource bytes, uint[] f, string path, long data, uint size, long offset)
    {
        var kind = UnixMode.KindOf(f[1]) ?? throw new InvalidImageException(Structure, $"mode {f[1]:x}", offset);
        if (kind == FileKind.SymbolicLink && size > LongestName)
            throw new InvalidImageException(Structure, $"a link of {size} bytes", offset);
        var node = new ArchiveNode(
            new FileEntry
            {
                Path = path,
                Kind = kind,
                Length = kind == FileKind.File ? size : 0,
                Mode = (UnixFileMode)(f[1] & 0xFFF),
                UserId = f[2],
                GroupId = f[3],
                LinkCount = (int)Math.Min(f[4], int.MaxValue),
                ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(f[5]),
                LinkTarget = kind == FileKind.SymbolicLink ? FileName.Decode(bytes.Read(data, (int)size, "cpio link")) : null,
                Device = kind is FileKind.BlockDevice or FileKind.CharacterDevice ? new DeviceNumber(f[9], f[10]) : null,
                FileNumber = kind == FileKind.File && f[4] > 1 ? f[0] : 0,
            },
            kind == FileKind.File ? bytes.Slice(data, size) : null);
        if (kind == FileKind.File && f[4] > 1)
        {
            if (!_links.TryGetValue((f[0], f[7], f[8]), out var names)) _links.Add((f[0], f[7], f[8]), names = []);
            names.Add(node);
        }

        _tree.Add(node, offset);
    }

    private static long SkipZeros(RandomAccessSource bytes, long at)
    {
        var buffer = new byte[4096];
        while (at < bytes.Length)
        {
            var read = bytes.Read(at, buffer);
            var content = buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (content >= 0) return at + content;
            at += read;
        }

        return at;
    }

    private static long Padded(long length) => (length + 3) & ~3L;
}

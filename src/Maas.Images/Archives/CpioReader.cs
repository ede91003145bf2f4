using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Maas.Images.Archives;

/// <summary>
/// Reads cpio archives of the "newc" and "crc" forms (magic 070701, 070702) front to back; what follows the trailer
/// is left unread, so that archives set one behind the other can be read in turn.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "An entry\'s stream owns nothing: the archive\'s stream is the caller\'s.")]
public sealed class CpioReader
{
    private const int HeaderLength = 110;
    private const int LongestName = 4096;
    private const string Structure = "cpio header";

    private readonly Stream _stream;
    private EntryStream? _current;
    private int _padding;
    private long _offset;

    /// <summary>Reads from the stream's present position; the stream stays the caller's.</summary>
    public CpioReader(Stream stream) => _stream = stream;

    /// <summary>The next entry, or <see langword="null"/> after the trailer.</summary>
    /// <exception cref="InvalidImageException">The archive is damaged or hostile.</exception>
    public ArchiveEntry? Next()
    {
        _current?.Skip(_padding);
        _current = null;

        Span<byte> header = stackalloc byte[HeaderLength];
        if (_stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            throw new InvalidImageException(Structure, "the archive ends without a trailer", _offset);
        if (!header.StartsWith("070701"u8) && !header.StartsWith("070702"u8))
            throw new InvalidImageException(Structure, "the magic is not 070701 or 070702", _offset);

        var mode = Field(header, 1);
        var size = Field(header, 6);
        var name = ReadName(Field(header, 11));
        if (name == "TRAILER!!!") return null;

        var path = ArchivePath.Normalize(name, Structure, _offset);
        _padding = Padding(size);
        _offset += size + _padding;
        _current = new EntryStream(_stream, size, "cpio entry");
        var kind = Kind(mode);
        return new ArchiveEntry(path, kind, _current)
        {
            Mode = (int)(mode & 0xfff),
            Size = size,
            LinkTarget = kind is ArchiveEntryKind.SymbolicLink ? ReadLink(size) : "",
        };
    }

    private static ArchiveEntryKind Kind(uint mode) => (mode & 0xf000) switch
    {
        0x8000 => ArchiveEntryKind.File,
        0x4000 => ArchiveEntryKind.Directory,
        0xa000 => ArchiveEntryKind.SymbolicLink,
        0x2000 => ArchiveEntryKind.CharacterDevice,
        0x6000 => ArchiveEntryKind.BlockDevice,
        0x1000 => ArchiveEntryKind.Fifo,
        _ => ArchiveEntryKind.Other,
    };

    private string ReadLink(uint size)
    {
        if (size > LongestName) throw new InvalidImageException("cpio link", "its target is longer than 4096 bytes", _offset);
        var target = new byte[size];
        _current!.ReadExactly(target); // set by the only caller
        return FileName.Decode(target);
    }

    private string ReadName(uint length)
    {
        if (length is 0 or > LongestName) throw new InvalidImageException(Structure, $"a name of {length} bytes", _offset);
        var padded = (int)length + Padding(HeaderLength + length);
        var bytes = new byte[padded];
        if (_stream.ReadAtLeast(bytes, padded, throwOnEndOfStream: false) < padded)
            throw new InvalidImageException(Structure, "the archive ends inside its name", _offset);
        _offset += HeaderLength + padded;
        if (bytes[length - 1] != 0) throw new InvalidImageException(Structure, "its name does not end in NUL", _offset);
        return FileName.Decode(bytes.AsSpan(0, (int)length - 1));
    }

    private static int Padding(long length) => (int)((4 - (length % 4)) % 4);

    private uint Field(ReadOnlySpan<byte> header, int index) =>
        uint.TryParse(header.Slice(6 + (index * 8), 8), NumberStyles.AllowHexSpecifier, null, out var value)
            ? value
            : throw new InvalidImageException(Structure, $"field {index} is not hexadecimal", _offset);
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Maas.Images.Archives;

/// <summary>
/// Reads tar (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names) front to back, bounded in memory whatever the
/// input claims. For hostile input; every fault is an <see cref="InvalidImageException"/>.
/// </summary>
/// <example><code>
/// var tar = new TarArchiveReader(stream);
/// while (tar.Next() is { } entry) Console.WriteLine(entry.Path);
/// </code></example>
[SuppressMessage("Reliability", "CA1001", Justification = "An entry\'s stream owns nothing: the archive\'s stream is the caller\'s.")]
public sealed class TarArchiveReader
{
    // POSIX.1-1988 section 10.1.1. Numbers are octal text; GNU writes large ones in base 256 with the top bit set.
    //   0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 chksum 8 | 156 typeflag 1
    // 157 linkname 100 | 257 magic 6 | 263 version 2 | 265 uname 32 | 297 gname 32 | 329 major 8 | 337 minor 8 | 345 prefix 155
    private const int BlockSize = 512;
    private const int LongestExtension = 64 << 10;
    private const string Structure = "tar header";

    private readonly Stream _stream;
    private EntryStream? _current;
    private int _padding;
    private long _offset;

    /// <summary>Reads from the stream's present position; the stream stays the caller's.</summary>
    public TarArchiveReader(Stream stream) => _stream = stream;

    /// <summary>The next entry, or <see langword="null"/> at the end of the archive.</summary>
    /// <exception cref="InvalidImageException">The archive is damaged or hostile.</exception>
    public ArchiveEntry? Next()
    {
        string? longName = null, longLink = null;
        long? longSize = null;
        // A bound on extension headers before one entry: a real one has at most three.
        for (var extensions = 0; extensions < 16; extensions++)
        {
            SkipCurrent();
            Span<byte> header = stackalloc byte[BlockSize];
            if (!ReadHeader(header)) return null;
            var size = Number(header.Slice(124, 12));
            var type = (char)header[156];
            switch (type)
            {
                case 'L':
                    longName = Text(ReadExtension(size));
                    continue;
                case 'K':
                    longLink = Text(ReadExtension(size));
                    continue;
                case 'x':
                    ReadPax(ReadExtension(size), ref longName, ref longLink, ref longSize);
                    continue;
                case 'g':
                    ReadExtension(size);
                    continue;
            }

            return Entry(header, type, longName, longLink, longSize ?? size);
        }

        throw new InvalidImageException(Structure, "too many extension headers before one entry", _offset);
    }

    private ArchiveEntry Entry(ReadOnlySpan<byte> header, char type, string? longName, string? longLink, long size)
    {
        var name = longName ?? ShortName(header);
        var kind = Kind(type);
        // Debian's and GNU's tar both store no data for these, whatever the size field says.
        if (kind is not (ArchiveEntryKind.File or ArchiveEntryKind.Other)) size = 0;
        if (kind is ArchiveEntryKind.File && name.EndsWith('/')) kind = ArchiveEntryKind.Directory;

        _current = new EntryStream(_stream, size, "tar entry");
        _padding = (int)((BlockSize - (size % BlockSize)) % BlockSize);
        _offset += size + _padding;
        return new ArchiveEntry(ArchivePath.Normalize(name, Structure, _offset), kind, _current)
        {
            Mode = (int)(Number(header.Slice(100, 8)) & 0xfff),
            Size = size,
            LinkTarget = kind is ArchiveEntryKind.SymbolicLink or ArchiveEntryKind.HardLink ? longLink ?? Text(header.Slice(157, 100)) : "",
        };
    }

    private static ArchiveEntryKind Kind(char type) => type switch
    {
        '0' or '\0' or '7' => ArchiveEntryKind.File,
        '1' => ArchiveEntryKind.HardLink,
        '2' => ArchiveEntryKind.SymbolicLink,
        '3' => ArchiveEntryKind.CharacterDevice,
        '4' => ArchiveEntryKind.BlockDevice,
        '5' => ArchiveEntryKind.Directory,
        '6' => ArchiveEntryKind.Fifo,
        _ => ArchiveEntryKind.Other,
    };

    private void SkipCurrent()
    {
        _current?.Skip(_padding);
        _current = null;
    }

    private bool ReadHeader(Span<byte> header)
    {
        var read = _stream.ReadAtLeast(header, BlockSize, throwOnEndOfStream: false);
        if (read == 0 || (read == BlockSize && header.IndexOfAnyExcept((byte)0) < 0)) return false;
        if (read < BlockSize) throw new InvalidImageException(Structure, "the archive ends inside it", _offset);

        var sum = 0L;
        for (var i = 0; i < BlockSize; i++) sum += i is >= 148 and < 156 ? ' ' : header[i];
        if (Number(header.Slice(148, 8)) != sum) throw new InvalidImageException(Structure, "its checksum is wrong", _offset);
        _offset += BlockSize;
        return true;
    }

    private byte[] ReadExtension(long size)
    {
        if (size > LongestExtension) throw new InvalidImageException(Structure, $"an extension of {size} bytes", _offset);
        var bytes = new byte[size];
        var content = new EntryStream(_stream, size, Structure);
        content.ReadExactly(bytes);
        _padding = (int)((BlockSize - (size % BlockSize)) % BlockSize);
        content.Skip(_padding);
        _offset += size + _padding;
        return bytes;
    }

    // POSIX.1-2001 pax: records "LENGTH KEYWORD=VALUE\n", LENGTH counting the whole record.
    private void ReadPax(ReadOnlySpan<byte> records, ref string? name, ref string? link, ref long? size)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space is < 1 or > 6
                || !int.TryParse(records[..space], NumberStyles.None, null, out var length)
                || length <= space + 1
                || length > records.Length
                || records[length - 1] != '\n')
                throw new InvalidImageException("pax record", "its length is wrong", _offset);
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1) throw new InvalidImageException("pax record", "it has no keyword", _offset);
            var value = record[(equals + 1)..];
            if (record[..equals].SequenceEqual("path"u8)) name = FileName.Decode(value);
            else if (record[..equals].SequenceEqual("linkpath"u8)) link = FileName.Decode(value);
            else if (record[..equals].SequenceEqual("size"u8))
                size = long.TryParse(value, NumberStyles.None, null, out var bytes)
                    ? bytes
                    : throw new InvalidImageException("pax record", "its size is not a number", _offset);
            records = records[length..];
        }
    }

    private static string ShortName(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        // GNU's own magic "ustar  " uses the prefix field for other things.
        var prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return FileName.Decode(end < 0 ? field : field[..end]);
    }

    private long Number(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        if ((field[0] & 0x80) != 0)
        {
            value = field[0] & 0x7f;
            foreach (var octet in field[1..])
            {
                if (value >> 54 != 0) throw new InvalidImageException(Structure, "a number does not fit 63 bits", _offset);
                value = (value << 8) | octet;
            }

            return value;
        }

        foreach (var digit in field.Trim((byte)' ').TrimEnd((byte)0).Trim((byte)' '))
        {
            if (digit == 0) break;
            if (digit is < (byte)'0' or > (byte)'7') throw new InvalidImageException(Structure, "a number is not octal", _offset);
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}

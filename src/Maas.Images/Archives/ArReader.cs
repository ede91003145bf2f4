using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Maas.Images.Archives;

/// <summary>Reads the members of a Unix <c>ar</c> archive as Debian packages use it (deb(5): short names, no symbol table).</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "An entry\'s stream owns nothing: the archive\'s stream is the caller\'s.")]
internal sealed class ArReader(Stream stream)
{
    // 0 name 16 | 16 mtime 12 | 28 uid 6 | 34 gid 6 | 40 mode 8 | 48 size 10 | 58 "`\n"; members start at even offsets.
    private const int HeaderLength = 60;
    private EntryStream? _current;
    private int _padding;
    private long _offset;

    public (string Name, long Size, Stream Content)? Next()
    {
        if (_offset == 0) ReadMagic();
        SkipCurrent();

        Span<byte> header = stackalloc byte[HeaderLength];
        var read = stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        if (read == 0) return null;
        if (read < HeaderLength) throw new InvalidImageException("ar header", "the archive ends inside it", _offset);
        if (!header.EndsWith("`\n"u8)) throw new InvalidImageException("ar header", "it does not end in `\\n", _offset);
        if (!long.TryParse(header.Slice(48, 10).TrimEnd((byte)' '), NumberStyles.None, null, out var size))
            throw new InvalidImageException("ar header", "its size is not a number", _offset);

        var name = Encoding.ASCII.GetString(header[..16].TrimEnd((byte)' ')).TrimEnd('/');
        _current = new EntryStream(stream, size, $"ar member {name}");
        _padding = (int)(size % 2);
        _offset += HeaderLength + size + _padding;
        return (name, size, _current);
    }

    private void ReadMagic()
    {
        Span<byte> magic = stackalloc byte[8];
        if (stream.ReadAtLeast(magic, 8, throwOnEndOfStream: false) < 8 || !magic.SequenceEqual("!<arch>\n"u8))
            throw new InvalidImageException("ar archive", "it does not begin with !<arch>", 0);
        _offset = 8;
    }

    private void SkipCurrent()
    {
        if (_current is null) return;
        // The last member of odd length is sometimes written without its padding byte.
        _current.Skip(0);
        if (_padding == 1) stream.ReadByte();
        _current = null;
    }
}

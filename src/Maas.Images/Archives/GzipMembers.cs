using SharpCompress.Compressors;
using SharpCompress.Compressors.Deflate;

namespace Maas.Images.Archives;

/// <summary>
/// Finds where gzip ends that something else follows (RFC 1952 section 2.2). The decoder of the system reads ahead and does not say how
/// much of that was its own; the slower one that is managed does.
/// <code>
/// member: 1F 8B | 08 | flags | time 4 | 2 | [extra: length 2, data] | [name, 0] | [comment, 0] | [checksum of the header 2] | deflated |
/// CRC-32 4 | length 4 flags:  2 checksum  4 extra  8 name  16 comment
/// </code>
/// </summary>
internal static class GzipMembers
{
    private const int HeaderLength = 10, TrailerLength = 8;

    /// <summary>How many of a stream's first bytes are gzip members, one behind the other.</summary>
    /// <param name="packed">Seekable; begins with a member, all of which have been unpacked before, so that they are known to be
    /// sound.</param>
    public static long Measure(Stream packed)
    {
        long end = 0;
        Span<byte> header = stackalloc byte[HeaderLength];
        while (true)
        {
            packed.Position = end;
            var read = packed.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
            if (read < HeaderLength || Compression.Detect(header) != CompressionFormat.Gzip) return end;
            end = EndOfDeflated(packed, EndOfHeader(packed, header[3])) + TrailerLength;
        }
    }

    private static long EndOfHeader(Stream packed, byte flags)
    {
        if ((flags & 4) != 0)
        {
            var extra = packed.ReadByte() | (packed.ReadByte() << 8);
            packed.Position += extra;
        }

        for (var texts = ((flags & 8) >> 3) + ((flags & 16) >> 4); texts > 0; texts--)
        {
            while (packed.ReadByte() > 0) { }
        }

        return packed.Position + (flags & 2);
    }

    private static long EndOfDeflated(Stream packed, long start)
    {
        packed.Position = start;
        var deflated = new DeflateStream(packed, CompressionMode.Decompress, CompressionLevel.Default, leaveOpen: true)
        {
            BufferSize = 64 << 10
        };
        try
        {
            deflated.CopyTo(Stream.Null, 256 << 10);
        }
        catch (Exception fault) when (fault is not (IOException or InvalidImageException))
        {
            throw new InvalidImageException("gzip stream", "its end cannot be found", start, fault);
        }

        return start + deflated.TotalIn;
    }
}

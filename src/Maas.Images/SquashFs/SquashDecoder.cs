using System.IO.Compression;
using K4os.Compression.LZ4;
using SharpCompress.Compressors.Xz;

namespace Maas.Images.SquashFs;

/// <summary>Unpacks single blocks; what comes out is never more than the room given.</summary>
internal static class SquashDecoder
{
    [ThreadStatic]
    private static ZstdSharp.Decompressor? _zstandard;

    /// <returns>The bytes that came out.</returns>
    public static int Unpack(SquashCompression compression, byte[] packed, Span<byte> room, long offset)
    {
        try
        {
            var length = compression switch
            {
                SquashCompression.Gzip => Drain(new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress), room),
                SquashCompression.Xz => Drain(new XZStream(new MemoryStream(packed)), room),
                SquashCompression.Lz4 => LZ4Codec.Decode(packed, room),
                _ => (_zstandard ??= new ZstdSharp.Decompressor()).Unwrap(packed, room),
            };
            if (length >= 0) return length;
        }
        catch (Exception fault) when (fault is not (InvalidImageException or OutOfMemoryException))
        {
            throw new InvalidImageException("squashfs block", "it cannot be unpacked", offset, fault);
        }

        throw new InvalidImageException("squashfs block", "it cannot be unpacked", offset);
    }

    private static int Drain(Stream decoder, Span<byte> room)
    {
        using (decoder)
        {
            var length = decoder.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            return length < room.Length || decoder.ReadByte() < 0 ? length : throw new InvalidDataException("The block is larger than a block may be.");
        }
    }
}

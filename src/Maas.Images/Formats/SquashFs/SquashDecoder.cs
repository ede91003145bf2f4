using System.Buffers;
using System.IO.Compression;
using K4os.Compression.LZ4;
using Maas.Images.ByteSources;
using SharpCompress.Compressors.Xz;

namespace Maas.Images.Formats.SquashFs;

/// <summary>Unpacks single blocks; what comes out is never more than the room given.</summary>
internal static class SquashDecoder
{
    [ThreadStatic]
    private static ZstdSharp.Decompressor? _zstandard;

    /// <returns>The bytes that came out.</returns>
    public static int Unpack(
        SquashCompression compression,
        RandomAccessSource image,
        long at,
        int length,
        Span<byte> room,
        string structure)
    {
        var packed = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            image.ReadExactly(at, packed.AsSpan(0, length), structure);
            return Unpack(compression, packed, length, room, at);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static int Unpack(SquashCompression compression, byte[] packed, int packedLength, Span<byte> room, long offset)
    {
        try
        {
            var length = compression switch
            {
                SquashCompression.Gzip =>
                    Drain(new ZLibStream(new MemoryStream(packed, 0, packedLength), CompressionMode.Decompress), room),
                SquashCompression.Xz => Drain(new XZStream(new MemoryStream(packed, 0, packedLength)), room),
                SquashCompression.Lz4 => LZ4Codec.Decode(packed.AsSpan(0, packedLength), room),
                SquashCompression.Lzo => Lzo1x.Decode(packed.AsSpan(0, packedLength), room),
                _ => (_zstandard ??= new ZstdSharp.Decompressor()).Unwrap(packed.AsSpan(0, packedLength), room),
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
            return length < room.Length || decoder.ReadByte() < 0
                ? length
                : throw new InvalidDataException("The block is larger than a block may be.");
        }
    }
}

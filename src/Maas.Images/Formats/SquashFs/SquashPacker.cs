using System.IO.Compression;
using K4os.Compression.LZ4;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>Packs single blocks, each by itself. Safe for several threads.</summary>
internal sealed class SquashPacker(SquashCompression compression, int? level) : IDisposable
{
    private const int UsualGzipLevel = 9;
    private const int UsualZstandardLevel = 9;

    private readonly ZstandardPacker _zstandard = new(level ?? UsualZstandardLevel);

    /// <summary>The data after the superblock: lz4's options, without which Linux does not mount it.</summary>
    public byte[] Options
    {
        get
        {
            if (compression != SquashCompression.Lz4) return [];
            var options = new byte[10];
            Span<byte> s = options;
            s.U16(0, 0x8008);
            s.U32(2, 1);
            s.U32(6, level > 0 ? 1u : 0);
            return options;
        }
    }

    /// <summary>Packs a block.</summary>
    /// <param name="block">Its bytes.</param>
    /// <param name="room">Takes it packed; no smaller than it is.</param>
    /// <returns>The packed length, or 0 if that is no shorter.</returns>
    public int Pack(ReadOnlySpan<byte> block, Memory<byte> room)
    {
        room = room[..block.Length];
        var length = compression switch
        {
            SquashCompression.Gzip => Deflate(block, room),
            SquashCompression.Lz4 => LZ4Codec.Encode(block, room.Span, (LZ4Level)(level ?? 0)),
            SquashCompression.Xz => XzBlock.Pack(block, room),
            _ => _zstandard.Pack(block, room.Span),
        };
        return length > 0 && length < block.Length ? length : 0;
    }

    public void Dispose() => _zstandard.Dispose();

    private int Deflate(ReadOnlySpan<byte> block, Memory<byte> room)
    {
        using var packed = new FixedBufferStream(room);
        using (var stream = new ZLibStream(
            packed, new ZLibCompressionOptions { CompressionLevel = level ?? UsualGzipLevel }, leaveOpen: true))
            stream.Write(block);
        return packed.LengthInRoom;
    }
}

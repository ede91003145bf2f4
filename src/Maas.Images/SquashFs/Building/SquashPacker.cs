using System.Buffers;
using System.IO.Compression;
using K4os.Compression.LZ4;
using Maas.Images.Bytes;

namespace Maas.Images.SquashFs.Building;

/// <summary>Packs single blocks, each by itself. Safe for several threads.</summary>
internal sealed class SquashPacker(SquashCompression compression, int? level) : IDisposable
{
    private const int UsualGzipLevel = 9;
    private const int UsualZstandardLevel = 9;

    private readonly ThreadLocal<ZstdSharp.Compressor> _zstandard = new(() => new ZstdSharp.Compressor(level ?? UsualZstandardLevel), trackAllValues: true);

    /// <summary>What stands behind the superblock: lz4's options, without which Linux does not mount it.</summary>
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

    /// <summary>The packed block, or null if that is no shorter.</summary>
    public byte[]? Pack(ReadOnlySpan<byte> block)
    {
        var packed = compression switch
        {
            SquashCompression.Gzip => Deflate(block),
            SquashCompression.Lz4 => Lz4(block),
            SquashCompression.Xz => XzBlock.Pack(block),
            _ => _zstandard.Value!.Wrap(block).ToArray(), // made by its factory
        };
        return packed.Length > 0 && packed.Length < block.Length ? packed : null;
    }

    public void Dispose()
    {
        foreach (var compressor in _zstandard.Values) compressor.Dispose();
        _zstandard.Dispose();
    }

    private byte[] Deflate(ReadOnlySpan<byte> block)
    {
        using var packed = new MemoryStream(block.Length);
        using (var stream = new ZLibStream(packed, new ZLibCompressionOptions { CompressionLevel = level ?? UsualGzipLevel }, leaveOpen: true)) stream.Write(block);
        return packed.ToArray();
    }

    private byte[] Lz4(ReadOnlySpan<byte> block)
    {
        var room = ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(block.Length));
        try
        {
            var length = LZ4Codec.Encode(block, room, (LZ4Level)(level ?? 0));
            return length > 0 ? room[..length] : [];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}

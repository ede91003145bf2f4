using System.IO.Compression;

namespace Maas.Images.Formats.Qcow2;

/// <summary>Unpacks compressed clusters: raw deflate, or one zstd frame; what follows the data up to the sector's end is ignored.</summary>
internal static class Qcow2Compression
{
    public static void Unpack(byte[] packed, int length, Span<byte> cluster, bool zstandard, long offset)
    {
        try
        {
            using var input = new MemoryStream(packed, 0, length, writable: false);
            using Stream decoder = zstandard
                ? new ZstdSharp.DecompressionStream(input)
                : new DeflateStream(input, CompressionMode.Decompress);
            if (decoder.ReadAtLeast(cluster, cluster.Length, throwOnEndOfStream: false) == cluster.Length) return;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidImageException("qcow2 compressed cluster", "it cannot be unpacked", offset, fault);
        }

        throw new InvalidImageException("qcow2 compressed cluster", "it unpacks to less than a cluster", offset);
    }
}

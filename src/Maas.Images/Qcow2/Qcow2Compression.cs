using System.IO.Compression;

namespace Maas.Images.Qcow2;

/// <summary>Unpacks compressed clusters: raw deflate, or one zstd frame; what follows the data up to the sector's end is ignored.</summary>
internal static class Qcow2Compression
{
    public static byte[] Unpack(byte[] packed, int clusterSize, bool zstandard, long offset)
    {
        var cluster = GC.AllocateUninitializedArray<byte>(clusterSize);
        try
        {
            using var input = new MemoryStream(packed, writable: false);
            using Stream decoder = zstandard ? new ZstdSharp.DecompressionStream(input) : new DeflateStream(input, CompressionMode.Decompress);
            if (decoder.ReadAtLeast(cluster, clusterSize, throwOnEndOfStream: false) == clusterSize) return cluster;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidImageException("qcow2 compressed cluster", "it cannot be unpacked", offset, fault);
        }

        throw new InvalidImageException("qcow2 compressed cluster", "it unpacks to less than a cluster", offset);
    }
}

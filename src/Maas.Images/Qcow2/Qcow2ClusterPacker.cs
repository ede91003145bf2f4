using System.IO.Compression;

namespace Maas.Images.Qcow2;

/// <summary>Packs clusters, several at once, each for itself; the result does not depend on how many processors there are.</summary>
internal sealed class Qcow2ClusterPacker(bool zstandard, int clusterSize)
{
    /// <summary>
    /// Each cluster packed, or nothing where it does not get smaller or holds only zeros. A last cluster that is short is filled with zeros.
    /// </summary>
    public ReadOnlyMemory<byte>[] Pack(ReadOnlyMemory<byte> bytes, int count)
    {
        var packed = new ReadOnlyMemory<byte>[count];
        Parallel.For(0, count, () => new ZstdSharp.Compressor(), (i, _, compressor) =>
        {
            var cluster = bytes.Slice(i * clusterSize, Math.Min(clusterSize, bytes.Length - (i * clusterSize))).Span;
            if (!cluster.ContainsAnyExcept((byte)0)) return compressor;
            if (cluster.Length < clusterSize)
            {
                var whole = new byte[clusterSize];
                cluster.CopyTo(whole);
                cluster = whole;
            }

            packed[i] = zstandard ? Zstandard(compressor, cluster) : Deflate(cluster);
            return compressor;
        }, compressor => compressor.Dispose());
        return packed;
    }

    private static ReadOnlyMemory<byte> Zstandard(ZstdSharp.Compressor compressor, ReadOnlySpan<byte> cluster)
    {
        var small = new byte[cluster.Length - 1];
        return compressor.TryWrap(cluster, small, out var length) ? small.AsMemory(0, length) : default;
    }

    private static ReadOnlyMemory<byte> Deflate(ReadOnlySpan<byte> cluster)
    {
        var small = new MemoryStream(cluster.Length);
        using (var deflate = new DeflateStream(small, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(cluster);
        return small.Length < cluster.Length ? small.GetBuffer().AsMemory(0, (int)small.Length) : default;
    }
}

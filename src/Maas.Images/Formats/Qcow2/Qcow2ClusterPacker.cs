using System.IO.Compression;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Qcow2;

/// <summary>Packs clusters, several at once, each for itself; the result does not depend on how many processors there are.</summary>
/// <param name="zstandard">zstd instead of deflate.</param>
/// <param name="clusterSize">Bytes of a cluster.</param>
/// <param name="most">Clusters packed at once, at most.</param>
internal sealed class Qcow2ClusterPacker(bool zstandard, int clusterSize, int most) : IDisposable
{
    private readonly byte[] _room = GC.AllocateUninitializedArray<byte>(most * clusterSize);
    private readonly ZstandardPacker _zstandard = new(ZstdSharp.Compressor.DefaultCompressionLevel);

    /// <summary>
    /// Each cluster packed, or nothing where it does not get smaller or holds only zeros; the memory is used again for the next. A last
    /// cluster that is short is filled with zeros.
    /// </summary>
    public ReadOnlyMemory<byte>[] Pack(ReadOnlyMemory<byte> bytes, int count)
    {
        var packed = new ReadOnlyMemory<byte>[count];
        Parallel.For(0, count, i =>
        {
            var cluster = bytes.Slice(i * clusterSize, Math.Min(clusterSize, bytes.Length - (i * clusterSize))).Span;
            if (!cluster.ContainsAnyExcept((byte)0)) return;
            if (cluster.Length < clusterSize)
            {
                var whole = new byte[clusterSize];
                cluster.CopyTo(whole);
                cluster = whole;
            }

            var room = _room.AsMemory(i * clusterSize, clusterSize - 1);
            packed[i] = room[..(zstandard ? _zstandard.Pack(cluster, room.Span) : Deflate(cluster, room))];
        });
        return packed;
    }

    public void Dispose() => _zstandard.Dispose();

    private static int Deflate(ReadOnlySpan<byte> cluster, Memory<byte> room)
    {
        using var small = new FixedBufferStream(room);
        using (var deflate = new DeflateStream(small, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(cluster);
        return small.LengthInRoom;
    }
}

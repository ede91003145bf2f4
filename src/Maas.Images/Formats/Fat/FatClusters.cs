using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>The clusters of a volume that is being changed: which are free, and new entries in every copy of the FAT.</summary>
internal sealed class FatClusters(WritableBytes volume, FatGeometry geometry)
{
    private const uint EndOfChain = 0x0FFF_FFFF;
    private const int Window = 4; // bytes that hold any entry whole, and what it shares them with

    private FatTable _table = new(volume, geometry);
    private readonly BlockSet _released = new();
    private uint _hint = 2;

    /// <summary>Free clusters, each once, from where the last were found.</summary>
    public IEnumerable<uint> Free()
    {
        var start = _hint;
        for (uint i = 0; i < geometry.ClusterCount; i++)
        {
            var cluster = ((start - 2 + i) % geometry.ClusterCount) + 2;
            if (_table.Entry(cluster) == 0) yield return cluster;
        }
    }

    /// <summary>The clusters of a chain in their order; none for a file without content.</summary>
    public List<uint> Chain(uint first)
    {
        var clusters = new List<uint>();
        if (first == 0) return clusters;
        if (!geometry.IsCluster(first)) throw new InvalidImageException("FAT chain", $"it begins at cluster {first}", geometry.FatOffset);
        for (var (cluster, last) = (first, false); !last; cluster = _table.Next(cluster, out last))
        {
            if (clusters.Count >= geometry.ClusterCount)
                throw new InvalidImageException("FAT chain", $"the one from cluster {first} is a loop", geometry.FatOffset);
            clusters.Add(cluster);
        }

        return clusters;
    }

    /// <summary>Links clusters that were free into a chain, behind another's last if there is one.</summary>
    public void Link(IReadOnlyList<uint> clusters, uint? behind = null)
    {
        if (clusters.Count == 0) return;
        for (var i = clusters.Count - 1; i >= 0; i--) Set(clusters[i], i + 1 < clusters.Count ? clusters[i + 1] : EndOfChain);
        if (behind is { } last) Set(last, clusters[0]);
        _hint = clusters[^1];
        Changed(-clusters.Count);
    }

    /// <summary>Makes a cluster the last of its chain; the caller frees the clusters that followed.</summary>
    public void Cut(uint last)
    {
        Set(last, EndOfChain);
        Changed(0);
    }

    /// <summary>
    /// Fills a cluster that is free: at once where it was before the volume was changed too, because it is not read until it is linked.
    /// </summary>
    public void Fill(uint cluster, ReadOnlySpan<byte> content)
    {
        if (_released.ContainsAny(cluster, 1)) volume.Write(geometry.OffsetOf(cluster), content);
        else volume.WriteUnallocated(geometry.OffsetOf(cluster), content);
    }

    public void Release(IReadOnlyList<uint> clusters)
    {
        foreach (var cluster in clusters)
        {
            _released.Add(cluster, 1);
            Set(cluster, 0);
        }

        Changed(clusters.Count);
    }

    private void Set(uint cluster, uint value)
    {
        Span<byte> window = stackalloc byte[Window];
        var within = (long)cluster * geometry.Bits / 8;
        var start = Math.Min(within, geometry.FatLength - Window);
        for (var copy = 0; copy < geometry.FatCount; copy++)
        {
            var at = geometry.FatOffset + (copy * geometry.FatLength) + start;
            volume.ReadExactly(at, window, "FAT");
            FatTableWriter.Set(window[(int)(within - start)..], geometry.Bits, cluster & 1, value, at: 0);
            volume.Write(at, window);
        }
    }

    private void Changed(int freed)
    {
        _table = new FatTable(volume, geometry); // the old one has kept blocks of what was
        if (geometry.Bits != 32 || freed == 0) return;
        Span<byte> sector = stackalloc byte[512];
        volume.ReadExactly(0, sector, "FAT boot sector");
        var at = ((ReadOnlySpan<byte>)sector).U16(48) * (long)geometry.SectorSize;
        if (at == 0 || at >= geometry.FatOffset) return;
        volume.ReadExactly(at, sector, "FAT information sector");
        ReadOnlySpan<byte> info = sector;
        if (info.U32(0) != FatFormat.InfoSignature || info.U32(484) != FatFormat.FreeSignature) return;
        var free = info.U32(488) + (long)freed;
        sector.U32(488, info.U32(488) == uint.MaxValue || free < 0 || free > geometry.ClusterCount ? uint.MaxValue : (uint)free);
        volume.Write(at, sector);
    }
}

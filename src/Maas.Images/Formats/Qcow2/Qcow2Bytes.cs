using System.Buffers;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Qcow2;

/// <summary>
/// The virtual disk of a qcow2 image. An address is [L1 index | L2 index | within the cluster]; an L2 entry is
/// <code>
/// bit 63 refcount is 1   bit 62 compressed   bits 9–55 cluster's offset   bit 0 reads as zeros (version 3)
/// compressed: x = 62 − (cluster bits − 8): bits 0…x−1 offset in bytes, bits x…61 additional 512-byte sectors
/// </code>
/// With subclusters an entry is followed by 32 bits "allocated" and 32 bits "reads as zeros". Snapshots are not looked at.
/// </summary>
internal sealed class Qcow2Bytes : RandomAccessSource
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong Packed = 1UL << 62;
    private const int SubclusterCount = 32;

    private readonly RandomAccessSource _file;
    private readonly Qcow2Header _header;
    private readonly ulong[] _l1;
    private readonly BlockCache _l2Tables;
    private readonly UnpackedBlocks _unpacked;

    public Qcow2Bytes(RandomAccessSource file)
    {
        _file = file;
        _header = Qcow2Header.Read(file);
        ReadOnlySpan<byte> l1 = file.Read(_header.L1Offset, _header.L1Entries * 8, "qcow2 L1 table");
        _l1 = new ulong[_header.L1Entries];
        for (var i = 0; i < _l1.Length; i++) _l1[i] = l1.U64Big(i * 8) & OffsetMask;
        _l2Tables = new BlockCache(
            Math.Clamp((1 << 20) / _header.ClusterSize, 4, 256), at => _file.Read(at, _header.ClusterSize, "qcow2 L2 table"));
        _unpacked = new UnpackedBlocks(Math.Clamp((1 << 20) / _header.ClusterSize, 2, 64), _header.ClusterSize, Unpack);
    }

    public override long Length => _header.Size;

    public override int BlockSize => _header.ClusterSize;

    /// <summary>How many snapshots the image holds besides the disk.</summary>
    public int Snapshots => _header.Snapshots;

    /// <summary>How its clusters are packed, if any is.</summary>
    public DiskCompression Compression =>
        !HasPacked() ? DiskCompression.None : _header.IsZstandard ? DiskCompression.Zstandard : DiskCompression.Deflate;

    private int EntrySize => _header.HasSubclusters ? 16 : 8;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var within = (int)((offset + done) & (_header.ClusterSize - 1));
            var part = buffer.Slice(done, Math.Min(buffer.Length - done, _header.ClusterSize - within));
            ReadCluster(offset + done - within, within, part);
            done += part.Length;
        }

        return buffer.Length;
    }

    public override bool IsZero(long offset, long length)
    {
        var end = Math.Min(offset + length, Length);
        for (var at = offset & ~(long)(_header.ClusterSize - 1); at < end;)
        {
            if (L2Table(at) is not { } table)
            {
                at = ((at >> (_header.ClusterBits + _header.L2Bits)) + 1) << (_header.ClusterBits + _header.L2Bits);
                continue;
            }

            var (entry, bitmap) = EntryIn(table, at);
            var zero = (entry & Packed) == 0
                && ((entry & OffsetMask) == 0 || (_header.HasSubclusters ? (uint)bitmap == 0 : (entry & 1) != 0));
            if (!zero) return false;
            at += _header.ClusterSize;
        }

        return true;
    }

    private bool HasPacked()
    {
        foreach (var place in _l1)
        {
            if (place == 0) continue;
            ReadOnlySpan<byte> table = _l2Tables.Get((long)place);
            for (var entry = 0; entry < table.Length; entry += EntrySize) if ((table.U64Big(entry) & Packed) != 0) return true;
        }

        return false;
    }

    private void ReadCluster(long cluster, int within, Span<byte> part)
    {
        if (L2Table(cluster) is not { } table)
        {
            part.Clear();
            return;
        }

        var (entry, bitmap) = EntryIn(table, cluster);
        if ((entry & Packed) != 0)
        {
            var descriptor = (long)(entry & ~(3UL << 62));
            if (part.Length == _header.ClusterSize) Unpack(descriptor, part); // a whole cluster needs no second copy
            else _unpacked.TryRead(descriptor, within, part);
            return;
        }

        var at = (long)(entry & OffsetMask);
        if (_header.HasSubclusters)
        {
            ReadSubclusters(at, bitmap, within, part);
        }
        else if (at == 0 || (entry & 1) != 0)
        {
            part.Clear();
        }
        else
        {
            ReadAllocated(at + within, part);
        }
    }

    private void ReadSubclusters(long cluster, ulong bitmap, int within, Span<byte> part)
    {
        var size = _header.ClusterSize / SubclusterCount;
        for (var done = 0; done < part.Length;)
        {
            var at = within + done;
            var piece = part.Slice(done, Math.Min(part.Length - done, size - (at % size)));
            if ((bitmap >> (at / size) & 1) != 0 && cluster != 0) ReadAllocated(cluster + at, piece);
            else piece.Clear();
            done += piece.Length;
        }
    }

    /// <summary>QEMU lets the last cluster of a file be shorter than a cluster; the rest of it reads as zeros.</summary>
    private void ReadAllocated(long at, Span<byte> part)
    {
        if (at >= _file.Length) throw new InvalidImageException("qcow2 cluster", $"it is past the end of the file at {_file.Length}", at);
        part[_file.Read(at, part)..].Clear();
    }

    private byte[]? L2Table(long address)
    {
        var table = (long)_l1[(int)(address >> (_header.ClusterBits + _header.L2Bits))];
        return table == 0 ? null : _l2Tables.Get(table);
    }

    private (ulong Entry, ulong Bitmap) EntryIn(ReadOnlySpan<byte> table, long address)
    {
        var index = (int)(address >> _header.ClusterBits) & ((1 << _header.L2Bits) - 1);
        return (table.U64Big(index * EntrySize), _header.HasSubclusters ? table.U64Big((index * EntrySize) + 8) : 0);
    }

    private int Unpack(long descriptor, Memory<byte> cluster)
    {
        Unpack(descriptor, cluster.Span);
        return cluster.Length;
    }

    private void Unpack(long descriptor, Span<byte> cluster)
    {
        var bits = 62 - (_header.ClusterBits - 8);
        var at = descriptor & ((1L << bits) - 1);
        var sectors = (descriptor >> bits) + 1;
        var length = (int)Math.Min((sectors * 512) - (at & 511), Math.Max(0, _file.Length - at));
        var packed = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _file.ReadExactly(at, packed.AsSpan(0, length), "qcow2 compressed cluster");
            Qcow2Compression.Unpack(packed, length, cluster, _header.IsZstandard, at);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }
}

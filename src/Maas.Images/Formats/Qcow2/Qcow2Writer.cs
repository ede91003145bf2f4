using Maas.Images.ByteSources;
using Maas.Images.Outputs;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Qcow2;

/// <summary>
/// A qcow2 of version 3 in clusters of 64 KiB, written front to back in bounded memory: one L2 table and one block of reference counts
/// are open at a time, for the disk and the file both only grow. The last thing written is the header: until then it is no qcow2.
/// <code>
/// [header][refcount table][refcounts of the first 2 GiB][L1 table][L2 table, clusters …][refcounts of the next 2 GiB][clusters …]
/// </code>
/// </summary>
internal sealed class Qcow2Writer : IDisposable
{
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int L2Entries = ClusterSize / 8;
    private const ulong Copied = 1UL << 63;
    private const ulong Compressed = 1UL << 62;
    private const int OffsetBits = 62 - (ClusterBits - 8);
    private const long MostL1Entries = (32 << 20) / 8; // QEMU's own limit

    private readonly FileStream _file;
    private readonly long _size;
    private readonly Qcow2ClusterPacker? _packer;
    private readonly DiskCompression _compression;
    private readonly Qcow2Allocator _clusters;
    private readonly byte[] _l1;
    private readonly long _l1Offset;
    private readonly byte[] _l2 = new byte[ClusterSize];
    private long _l2Index = -1;
    private long _l2Offset;

    private Qcow2Writer(FileStream file, long size, DiskCompression compression)
    {
        (_file, _size, _compression) = (file, size, compression);
        _packer = compression == DiskCompression.None
            ? null
            : new Qcow2ClusterPacker(compression == DiskCompression.Zstandard, ClusterSize, DiskData.PieceSize / ClusterSize);
        var l1Entries = (size + ((long)L2Entries * ClusterSize) - 1) / ((long)L2Entries * ClusterSize);
        if (l1Entries > MostL1Entries) throw new NotSupportedException($"A qcow2 with clusters of 64 KiB does not hold {size} bytes.");
        _l1 = new byte[Math.Max(1, l1Entries) * 8];
        _clusters = new Qcow2Allocator(
            file.SafeFileHandle, ClusterBits, (size / ClusterSize) + l1Entries + 1 + (_l1.Length / ClusterSize) + 1);
        _l1Offset = _clusters.Allocate((_l1.Length + ClusterSize - 1) / ClusterSize);
    }

    public static void Write(
        RandomAccessSource disk,
        FileStream file,
        DiskCompression compression,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        using var writer = new Qcow2Writer(file, disk.Length, compression);
        new DiskData(disk, progress, cancellationToken).ForEach(writer.Add);
        writer.Finish();
    }

    public void Dispose() => _packer?.Dispose();

    private void Add(long at, ReadOnlyMemory<byte> bytes)
    {
        var count = (bytes.Length + ClusterSize - 1) / ClusterSize;
        var packed = _packer?.Pack(bytes, count);
        var (run, from, length) = (0L, 0, 0); // clusters that are consecutive in both files
        for (var i = 0; i < count; i++)
        {
            var cluster = bytes.Slice(i * ClusterSize, Math.Min(ClusterSize, bytes.Length - (i * ClusterSize)));
            if (!cluster.Span.ContainsAnyExcept((byte)0)) continue;
            Open((at / ClusterSize) + i);
            ulong entry;
            if (packed is not null && packed[i] is { Length: > 0 } small)
            {
                entry = AddPacked(small);
            }
            else
            {
                var place = _clusters.Allocate(1);
                if (place != run + length || i * ClusterSize != from + length)
                {
                    RandomAccess.Write(_file.SafeFileHandle, bytes.Span.Slice(from, length), run);
                    (run, from, length) = (place, i * ClusterSize, 0);
                }

                length += cluster.Length;
                entry = (ulong)place | Copied;
            }

            ((Span<byte>)_l2).U64Big((int)(((at / ClusterSize) + i) % L2Entries) * 8, entry);
        }

        RandomAccess.Write(_file.SafeFileHandle, bytes.Span.Slice(from, length), run);
    }

    private ulong AddPacked(ReadOnlyMemory<byte> packed)
    {
        var place = _clusters.AllocateBytes(packed.Length);
        RandomAccess.Write(_file.SafeFileHandle, packed.Span, place);
        var additional = ((place + packed.Length - 1) / 512) - (place / 512);
        return Compressed | ((ulong)additional << OffsetBits) | (ulong)place;
    }

    /// <summary>Sees to it that the L2 table open is the one of this cluster.</summary>
    private void Open(long cluster)
    {
        var index = cluster / L2Entries;
        if (index == _l2Index) return;
        CloseL2();
        _l2Index = index;
        _l2Offset = _clusters.Allocate(1);
        ((Span<byte>)_l1).U64Big((int)index * 8, (ulong)_l2Offset | Copied);
    }

    private void CloseL2()
    {
        if (_l2Index < 0) return;
        RandomAccess.Write(_file.SafeFileHandle, _l2, _l2Offset);
        Array.Clear(_l2);
    }

    private void Finish()
    {
        CloseL2();
        RandomAccess.Write(_file.SafeFileHandle, _l1, _l1Offset);
        _clusters.Finish();
        RandomAccess.SetLength(_file.SafeFileHandle, _clusters.End);
        RandomAccess.Write(_file.SafeFileHandle, Header(), 0);
    }

    private byte[] Header()
    {
        var zstandard = _compression == DiskCompression.Zstandard;
        var header = new byte[112 + 8]; // and the end of the (empty) list of header extensions
        Span<byte> s = header;
        Qcow2Header.Magic.CopyTo(s);
        s.U32Big(4, 3);
        s.U32Big(20, ClusterBits);
        s.U64Big(24, (ulong)_size);
        s.U32Big(36, (uint)(_size == 0 ? 0 : _l1.Length / 8));
        s.U64Big(40, (ulong)_l1Offset);
        s.U64Big(48, (ulong)_clusters.TableOffset);
        s.U32Big(56, (uint)_clusters.TableClusters);
        s.U64Big(72, zstandard ? Qcow2Header.Compression : 0);
        s.U32Big(96, 4); // counts of 2^4 bits
        s.U32Big(100, 112);
        s[104] = zstandard ? (byte)1 : (byte)0;
        return header;
    }
}

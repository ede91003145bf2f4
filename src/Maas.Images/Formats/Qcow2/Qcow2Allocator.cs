using Maas.Images.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Formats.Qcow2;

/// <summary>
/// Gives out clusters of a growing file and keeps their reference counts, 16 bits each. Each block of counts is the first cluster of the
/// stretch it counts (in the first stretch: the first behind the header and the table), so one that is full is written and forgotten.
/// Packed clusters lie behind each other to the byte, and count once in every cluster they touch.
/// </summary>
internal sealed class Qcow2Allocator
{
    private readonly SafeFileHandle _file;
    private readonly int _clusterSize;
    private readonly int _countsABlock;
    private readonly byte[] _block;
    private readonly byte[] _table;
    private long _next;
    private long _blockIndex;
    private long _blockOffset;
    private long _bytesAt;

    public Qcow2Allocator(SafeFileHandle file, int clusterBits, long mostClusters)
    {
        _file = file;
        _clusterSize = 1 << clusterBits;
        _countsABlock = _clusterSize / 2;
        _block = new byte[_clusterSize];
        var blocks = (mostClusters / (_countsABlock - 2)) + 3; // with room for the blocks and the table themselves
        TableClusters = (int)(((blocks * 8) + _clusterSize - 1) / _clusterSize);
        _table = new byte[TableClusters * _clusterSize];
        _blockOffset = (1L + TableClusters) * _clusterSize;
        ((Span<byte>)_table).U64Big(0, (ulong)_blockOffset);
        for (; _next < TableClusters + 2; _next++) Count(_next);
    }

    public long TableOffset => _clusterSize;

    public int TableClusters { get; }

    /// <summary>Bytes of the file so far.</summary>
    public long End => _next * _clusterSize;

    /// <summary>The offset of so many clusters in a row.</summary>
    public long Allocate(int clusters)
    {
        Reserve(clusters);
        var first = _next;
        for (; clusters > 0; clusters--) Count(_next++);
        return first * _clusterSize;
    }

    /// <summary>The offset of so many bytes, fewer than a cluster, behind the last ones where they fit.</summary>
    public long AllocateBytes(int length)
    {
        var room = (_clusterSize - (_bytesAt % _clusterSize)) % _clusterSize; // what is left of the cluster begun last
        if (length > room)
        {
            // Bytes go on into the next cluster only if that is the very next of the file, in the same stretch.
            var goesOn = room > 0 && _bytesAt / _clusterSize == _next - 1 && _next % _countsABlock != 0;
            if (!goesOn)
            {
                Reserve(1);
                _bytesAt = _next * _clusterSize;
            }

            _next++;
        }

        var place = _bytesAt;
        for (var cluster = place / _clusterSize; cluster * _clusterSize < place + length; cluster++) Count(cluster);
        _bytesAt += length;
        return place;
    }

    public void Finish()
    {
        WriteBlock();
        RandomAccess.Write(_file, _table, TableOffset);
    }

    /// <summary>Begins the next stretch where this one has no room for so many clusters.</summary>
    private void Reserve(int clusters)
    {
        if (_next % _countsABlock != 0 && (_next % _countsABlock) + clusters <= _countsABlock) return;
        WriteBlock();
        _blockIndex = (_next + _countsABlock - 1) / _countsABlock;
        _next = _blockIndex * _countsABlock;
        _blockOffset = _next * _clusterSize;
        _bytesAt = 0; // a cluster of the stretch before takes no more
        ((Span<byte>)_table).U64Big((int)_blockIndex * 8, (ulong)_blockOffset);
        Count(_next++);
    }

    private void WriteBlock()
    {
        RandomAccess.Write(_file, _block, _blockOffset);
        Array.Clear(_block);
    }

    private void Count(long cluster)
    {
        var at = (int)(cluster % _countsABlock) * 2;
        ((Span<byte>)_block).U16Big(at, (ushort)(((ReadOnlySpan<byte>)_block).U16Big(at) + 1));
    }
}

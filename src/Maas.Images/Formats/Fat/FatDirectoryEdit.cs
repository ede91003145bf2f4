using System.Text;
using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Fat;

/// <summary>A directory that is being changed: its bytes in memory, and their positions.</summary>
internal sealed class FatDirectoryEdit
{
    private const byte Deleted = 0xE5;
    private const int Size = FatDirectory.EntrySize;

    private readonly WritableBytes _volume;
    private readonly List<Extent> _extents;
    private readonly byte[] _bytes;

    public FatDirectoryEdit(WritableBytes volume, List<Extent> extents)
    {
        (_volume, _extents) = (volume, extents);
        var length = checked((int)extents[^1].End);
        _bytes = new ExtentBytes(volume, extents, length, "FAT directory").Read(0, length, "FAT directory");
    }

    public int Length => _bytes.Length;

    /// <summary>The short entry of a name.</summary>
    public Span<byte> Short(FatSpan entries) => _bytes.AsSpan(entries.End - Size, Size);

    /// <summary>
    /// The short names of the files that are there, a character for each of their 11 bytes. The volume's label is no file: one may have its
    /// name.
    /// </summary>
    public HashSet<string> ShortNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < _bytes.Length && _bytes[at] != 0; at += Size)
            if (_bytes[at] != Deleted && (_bytes[at + 11] & FatEntryWriter.VolumeLabel) == 0)
                names.Add(Encoding.Latin1.GetString(_bytes, at, 11));
        return names;
    }

    /// <summary>Where so many entries in a row fit; at the end, they may reach <see cref="Length"/> or beyond it.</summary>
    public int RoomFor(int count)
    {
        var run = 0;
        for (var at = 0; at < _bytes.Length && _bytes[at] != 0; at += Size)
        {
            run = _bytes[at] == Deleted ? run + 1 : 0;
            if (run == count) return at - ((count - 1) * Size);
        }

        return End() - (run * Size);
    }

    /// <summary>Writes entries where there is room for all of them, and sees that the end behind them stays the end.</summary>
    /// <param name="at">From <see cref="RoomFor"/>.</param>
    /// <param name="entries">What to write; the part that leaves the directory goes to the clusters added to it.</param>
    /// <param name="added">The clusters that were added, as offsets of the volume, zeroed here.</param>
    /// <param name="clusterSize">Bytes of each.</param>
    public void Write(int at, ReadOnlySpan<byte> entries, IReadOnlyList<long> added, int clusterSize)
    {
        var reachesEnd = at + entries.Length > End();
        var inside = entries[..Math.Min(entries.Length, _bytes.Length - at)];
        Put(at, inside);
        if (reachesEnd && at + entries.Length < _bytes.Length) Put(at + entries.Length, stackalloc byte[Size]);
        var rest = entries[inside.Length..];
        foreach (var place in added)
        {
            var cluster = new byte[clusterSize];
            var part = rest[..Math.Min(rest.Length, clusterSize)];
            part.CopyTo(cluster);
            rest = rest[part.Length..];
            _volume.Write(place, cluster);
        }
    }

    /// <summary>Writes a name's short entry after it was changed.</summary>
    public void PutShort(FatSpan entries) => Put(entries.End - Size, Short(entries));

    public void Delete(FatSpan entries)
    {
        for (var at = entries.Start; at < entries.End; at += Size) Put(at, [Deleted]);
    }

    private int End()
    {
        for (var at = 0; at < _bytes.Length; at += Size) if (_bytes[at] == 0) return at;
        return _bytes.Length;
    }

    private void Put(int at, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var extent = _extents.Find(extent => at >= extent.Start && at < extent.End);
            var part = bytes[..(int)Math.Min(bytes.Length, extent.End - at)];
            _volume.Write(extent.Source + (at - extent.Start), part);
            part.CopyTo(_bytes.AsSpan(at));
            at += part.Length;
            bytes = bytes[part.Length..];
        }
    }
}

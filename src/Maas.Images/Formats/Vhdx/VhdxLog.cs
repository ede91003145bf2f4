using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Vhdx;

/// <summary>
/// The log of a VHDX that was not closed ([MS-VHDX] 2.3): a ring of entries (<see cref="VhdxLogEntry"/>), which says what the file's tables
/// would be. Entries one behind the other whose numbers are too are a sequence; it counts when the entry is in it that its last one names
/// as the tail, and from there on. Of several the one with the highest number is the active one.
/// </summary>
internal sealed class VhdxLog
{
    private const long LargestLog = 64 << 20;
    private const long MiB = 1 << 20;
    private const int MostReadings = 8; // entries do not overlap; a sequence that goes over the ring's end is read twice
    private const int Sector = VhdxLogEntry.Sector;
    private const string Structure = "VHDX log";

    private readonly RandomAccessSource _file;
    private readonly Extent _place;
    private readonly Guid _id;
    private long _left;

    private VhdxLog(RandomAccessSource file, Extent place, Guid id) =>
        (_file, _place, _id, _left) = (file, place, id, MostReadings * place.Length);

    /// <summary>The file as it would be after its log had been replayed: sectors of the tables are read from the log.</summary>
    /// <param name="file">The file, which stays as it is.</param>
    /// <param name="place">Where its header says that the log is.</param>
    /// <param name="id">The log's GUID, which its entries contain.</param>
    public static RandomAccessSource Replay(RandomAccessSource file, Extent place, Guid id)
    {
        if (place.Length > LargestLog)
            throw new InvalidImageException(Structure, $"one of {place.Length} bytes is not replayed here", place.Source);
        var sequence = new VhdxLog(file, place, id).FindActive();
        var flushed = sequence.Max(entry => entry.FlushedLength);
        if (flushed > file.Length)
            throw new InvalidImageException(
                Structure, $"the file had {flushed} bytes when it was written, and has {file.Length}", place.Start);
        // all that is in a file is of whole ones
        var length = Math.Max(file.Length, (sequence.Max(entry => entry.LastLength) + MiB - 1) / MiB * MiB);
        List<VhdxWrite> writes = [.. sequence.SelectMany(entry => entry.Writes)];
        foreach (var beyond in writes.Where(write => write.End > length).Take(1))
            throw new InvalidImageException(
                Structure, $"it puts {beyond.Length} bytes at {beyond.Start} of a file of {length}", place.Start);
        return Apply(file, writes, length);
    }

    private List<VhdxLogEntry> FindActive()
    {
        List<VhdxLogEntry>? active = null;
        for (long at = 0; at < _place.Length;)
        {
            var sequence = ReadSequence(at);
            if (sequence.Count > 0
                && (active is null || sequence[^1].Sequence > active[^1].Sequence)
                && sequence.FindIndex(entry => entry.Offset == sequence[^1].Tail) is >= 0 and var tail)
                active = sequence[tail..];
            at += Math.Max(Sector, sequence.Sum(entry => (long)entry.Length));
        }

        return active
            ?? throw new InvalidImageException(
                Structure, "the file was not closed, and its log holds no sequence of entries that is whole", _place.Start);
    }

    private List<VhdxLogEntry> ReadSequence(long start)
    {
        var entries = new List<VhdxLogEntry>();
        for (var left = _place.Length; left > 0
            && ReadEntry((start + _place.Length - left) % _place.Length) is { } entry
            && entry.Length <= left; left -= entry.Length)
        {
            if (entries.Count > 0 && entry.Sequence != entries[^1].Sequence + 1) break;
            entries.Add(entry);
        }

        return entries;
    }

    private VhdxLogEntry? ReadEntry(long at) =>
        VhdxLogEntry.LengthOf(_file.Read(_place.Start + at, Sector, Structure), _id, _place.Length) is { } length
            ? VhdxLogEntry.Read(ReadRing(at, length), at, _place.Length)
            : null;

    private byte[] ReadRing(long at, int length)
    {
        if ((_left -= length) < 0) throw new InvalidImageException(Structure, "its entries overlap", _place.Start + at);
        var bytes = new byte[length];
        var first = (int)Math.Min(length, _place.Length - at);
        _file.ReadExactly(_place.Start + at, bytes.AsSpan(0, first), Structure);
        _file.ReadExactly(_place.Start, bytes.AsSpan(first), Structure);
        return bytes;
    }

    /// <summary>Lays writes over the file; where several meet, the last counts.</summary>
    private static PlannedBytes Apply(RandomAccessSource file, List<VhdxWrite> writes, long length)
    {
        var whole = new PlannedBytes();
        var byStart = Enumerable.Range(0, writes.Count).OrderBy(index => writes[index].Start).ToList();
        var here = new PriorityQueue<VhdxWrite, int>(); // those that reach a place, the last first
        var next = 0;
        for (long at = 0, end; at < length; at = end)
        {
            for (; next < byStart.Count && writes[byStart[next]].Start <= at; next++) here.Enqueue(writes[byStart[next]], -byStart[next]);
            while (here.TryPeek(out var past, out _) && past.End <= at) here.Dequeue();
            end = next < byStart.Count ? writes[byStart[next]].Start : length;
            if (here.TryPeek(out var write, out _))
            {
                end = Math.Min(end, write.End);
                if (write.Content is { } content) whole.Add(at, content.Slice((int)(at - write.Start), (int)(end - at)));
            }
            else if (at < file.Length)
            {
                whole.Add(at, file.Slice(at, Math.Min(end, file.Length) - at));
            }
        }

        whole.ExtendTo(length);
        return whole;
    }
}

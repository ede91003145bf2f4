namespace Maas.Images.ByteSources;

/// <summary>
/// A file's content as a sorted list of extents of other bytes. What no extent covers is a hole. The list is the
/// whole plan: nothing is copied until it is read.
/// </summary>
internal sealed class ExtentBytes : RandomAccessSource
{
    private readonly RandomAccessSource _source;
    private readonly List<Extent> _extents;
    private readonly string _structure;

    /// <param name="source">What the extents point into.</param>
    /// <param name="extents">Sorted by start, not overlapping (checked).</param>
    /// <param name="length">Bytes of content.</param>
    /// <param name="structure">Whose content it is, for the exception when an extent points outside.</param>
    public ExtentBytes(RandomAccessSource source, List<Extent> extents, long length, string structure)
    {
        if (length < 0) throw new InvalidImageException(structure, "the length is negative");
        var end = 0L;
        foreach (var extent in extents)
        {
            if (extent.Start < end || extent.Length <= 0 || extent.End < extent.Start)
                throw new InvalidImageException(structure, "extents overlap or are out of order", extent.Source);
            end = extent.End;
        }

        (_source, _extents, _structure, Length) = (source, extents, structure, length);
    }

    public override long Length { get; }

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        var at = FirstEndingAfter(offset);
        var done = 0;
        while (done < buffer.Length)
        {
            var rest = buffer[done..];
            var position = offset + done;
            if (at == _extents.Count || _extents[at].Start > position)
            {
                var hole = at == _extents.Count ? rest.Length : (int)Math.Min(rest.Length, _extents[at].Start - position);
                rest[..hole].Clear();
                done += hole;
                continue;
            }

            var extent = _extents[at++];
            var part = rest[..(int)Math.Min(rest.Length, extent.End - position)];
            if (extent.Source == Extent.Hole) part.Clear();
            else _source.ReadExactly(extent.Source + (position - extent.Start), part, _structure);
            done += part.Length;
        }

        return done;
    }

    public override bool IsZero(long offset, long length)
    {
        for (var at = FirstEndingAfter(offset); at < _extents.Count && _extents[at].Start < offset + length; at++)
        {
            var extent = _extents[at];
            if (extent.Source == Extent.Hole) continue;
            var start = Math.Max(offset, extent.Start);
            var end = Math.Min(offset + length, extent.End);
            if (!_source.IsZero(extent.Source + start - extent.Start, end - start)) return false;
        }

        return true;
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _extents.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_extents[middle].End <= offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

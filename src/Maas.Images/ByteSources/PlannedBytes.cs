namespace Maas.Images.ByteSources;

/// <summary>
/// An image that does not exist anywhere: pieces of memory and of other bytes, each at its place, zeros between them. They are
/// read when it is, so the first byte is there at once and nothing is copied.
/// </summary>
internal sealed class PlannedBytes : RandomAccessSource
{
    private readonly List<Piece> _pieces = [];
    private long _length;

    public override long Length => _length;

    /// <summary>What was added, in order.</summary>
    public IEnumerable<(long Start, RandomAccessSource Content)> Pieces => _pieces.Select(piece => (piece.Start, piece.Content));

    /// <summary>Adds memory; pieces come in order.</summary>
    public void Add(long start, ReadOnlyMemory<byte> content) => Add(start, new MemoryBytes(content));

    /// <summary>Adds all of other bytes; pieces come in order.</summary>
    public void Add(long start, RandomAccessSource content)
    {
        if (content.Length == 0) return;
        if (start < _length) throw new ArgumentException("Pieces come in order.", nameof(start));
        _pieces.Add(new Piece(start, content));
        _length = start + content.Length;
    }

    public void ExtendTo(long length) => _length = Math.Max(_length, length);

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        var done = 0;
        for (var at = FirstEndingAfter(offset); at < _pieces.Count && _pieces[at].Start < offset + buffer.Length; at++)
        {
            var piece = _pieces[at];
            var start = Math.Max(offset, piece.Start);
            var end = Math.Min(offset + buffer.Length, piece.End);
            buffer[done..(int)(start - offset)].Clear();
            done = (int)(end - offset);
            piece.Content.ReadExactly(start - piece.Start, buffer[(int)(start - offset)..done], "planned image");
        }

        buffer[done..].Clear();
        return buffer.Length;
    }

    public override bool IsZero(long offset, long length)
    {
        for (var at = FirstEndingAfter(offset); at < _pieces.Count && _pieces[at].Start < offset + length; at++)
        {
            var piece = _pieces[at];
            var start = Math.Max(offset, piece.Start);
            if (!piece.Content.IsZero(start - piece.Start, Math.Min(offset + length, piece.End) - start)) return false;
        }

        return true;
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _pieces.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_pieces[middle].End <= offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Piece(long Start, RandomAccessSource Content)
    {
        public long End => Start + Content.Length;
    }
}

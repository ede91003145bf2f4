namespace Maas.Images.Bytes;

/// <summary>
/// An image that does not exist anywhere: pieces of memory and of files, each at its place, zeros between them. Files
/// are opened when they are read, so the first byte is there at once and nothing is copied.
/// </summary>
internal sealed class PlannedBytes : ImageBytes
{
    private readonly List<Piece> _pieces = [];
    private long _length;

    public override long Length => _length;

    /// <summary>Adds memory; pieces come in order.</summary>
    public void Add(long start, ReadOnlyMemory<byte> content) => Add(new Piece(start, content.Length, content, null, 0));

    /// <summary>Adds a stretch of a file.</summary>
    public void Add(long start, long length, string file, long offset) => Add(new Piece(start, length, default, file, offset));

    public void ExtendTo(long length) => _length = Math.Max(_length, length);

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        buffer.Clear();
        for (var at = FirstEndingAfter(offset); at < _pieces.Count && _pieces[at].Start < offset + buffer.Length; at++)
        {
            var piece = _pieces[at];
            var start = Math.Max(offset, piece.Start);
            var end = Math.Min(offset + buffer.Length, piece.Start + piece.Length);
            piece.Read(start - piece.Start, buffer[(int)(start - offset)..(int)(end - offset)]);
        }

        return buffer.Length;
    }

    private void Add(Piece piece)
    {
        if (piece.Length == 0) return;
        if (piece.Start < _length) throw new ArgumentException("Pieces come in order.", nameof(piece));
        _pieces.Add(piece);
        _length = piece.Start + piece.Length;
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _pieces.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_pieces[middle].Start + _pieces[middle].Length <= offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private sealed record Piece(long Start, long Length, ReadOnlyMemory<byte> Memory, string? File, long Offset)
    {
        public void Read(long at, Span<byte> buffer)
        {
            if (File is null)
            {
                Memory.Span.Slice((int)at, buffer.Length).CopyTo(buffer);
                return;
            }

            using var handle = System.IO.File.OpenHandle(File);
            if (new FileBytes(handle, null).Read(Offset + at, buffer) != buffer.Length) throw new IOException($"{File} has become shorter while an image was made of it.");
        }
    }
}

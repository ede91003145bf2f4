using System.Buffers;

namespace Maas.Images.Formats.Ext;

/// <summary>Writes files' content into blocks that were free, a piece at a time; long stretches of zeros get no blocks.</summary>
internal sealed class ExtContentWriter(ExtVolume volume, ExtBlockAllocator blocks)
{
    private const int PieceSize = 512 << 10;
    private const int HoleSize = 64 << 10;

    private ExtSuperblock Super => volume.Super;

    /// <summary>
    /// Adds a stream to content of some length, and says how long it is then. The map is changed, and left to the caller to write.
    /// </summary>
    public async Task<long> AppendAsync(
        ExtInode inode,
        ExtMapping mapping,
        long length,
        Stream content,
        CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            var carried = TakeLastBlock(mapping, length, buffer, out var old);
            for (var start = length - carried; ;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wanted = PieceSize - carried;
                var read =
                    await content.ReadAtLeastAsync(buffer.AsMemory(carried, wanted), wanted, throwOnEndOfStream: false, cancellationToken)
                        .ConfigureAwait(false);
                if (carried + read > 0) WritePiece(inode, mapping, start / Super.BlockSize, buffer.AsSpan(0, carried + read));
                start += carried + read;
                carried = 0;
                if (read < wanted)
                {
                    if (old is { } block) blocks.Free(block, 1);
                    return start;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Free(IEnumerable<ExtRun> runs)
    {
        foreach (var run in runs) blocks.Free(run.Physical, run.Count);
    }

    /// <summary>
    /// Takes a last block that is not full out of the map and into memory, to be written elsewhere with what is added; blocks that were
    /// kept for later growth are given back.
    /// </summary>
    private int TakeLastBlock(ExtMapping mapping, long length, Span<byte> buffer, out long? old)
    {
        var (logical, carried) = ((length + Super.BlockSize - 1) / Super.BlockSize, (int)(length % Super.BlockSize));
        Free(mapping.CutAt(logical));
        old = null;
        if (carried == 0) return 0;
        old = mapping.Find(logical - 1);
        if (old is { } block)
        {
            volume.Blocks.Peek(block)[..carried].CopyTo(buffer);
            _ = mapping.CutAt(logical - 1);
        }
        else
        {
            buffer[..carried].Clear();
            Free(mapping.CutAt(logical - 1));
        }

        return carried;
    }

    private void WritePiece(ExtInode inode, ExtMapping mapping, long logical, Span<byte> piece)
    {
        var size = Super.BlockSize;
        var count = (piece.Length + size - 1) / size;
        if (logical + count > ExtMapWriter.MostBlocks(Super, inode))
            throw new IOException("The file would be larger than its map can say.");
        var step = Math.Max(HoleSize / size, 1);
        for (var at = 0; at < count;)
        {
            var end = at;
            while (end < count && piece[(end * size)..Math.Min(piece.Length, (end + step) * size)].ContainsAnyExcept((byte)0))
                end = Math.Min(end + step, count);
            if (end > at) WriteBlocks(mapping, logical + at, end - at, piece[(at * size)..Math.Min(piece.Length, end * size)]);
            at = Math.Max(end, at + (end == at ? step : 0));
        }
    }

    private void WriteBlocks(ExtMapping mapping, long logical, int count, ReadOnlySpan<byte> content)
    {
        var size = Super.BlockSize;
        for (var done = 0; done < count;)
        {
            var (start, taken) = blocks.Allocate(mapping.Next, count - done);
            mapping.Add(new ExtRun(logical + done, taken, start, Written: true));
            var part = content[(done * size)..Math.Min(content.Length, (done + taken) * size)];
            var whole = part.Length / size;
            if (whole > 0) volume.Blocks.WriteThrough(start, part[..(whole * size)], isUnused: !volume.Released.ContainsAny(start, taken));
            if (part.Length > whole * size) part[(whole * size)..].CopyTo(volume.Blocks.Fill(start + whole));
            done += taken;
        }
    }
}

using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The blocks of a file system under change. What is changed is kept here until <see cref="Flush"/>, so that an operation that fails
/// half-way is forgotten by <see cref="Drop"/>; content of files goes past it, into blocks that nothing uses yet.
/// </summary>
internal sealed class ExtBlocks(WritableBytes volume, int blockSize) : WritableBytes
{
    private const int MostUnchanged = 2 << 20; // bytes
    private const string Structure = "ext block";

    private readonly Dictionary<long, byte[]> _changed = [];
    private readonly Dictionary<long, byte[]> _unchanged = [];

    public override long Length => volume.Length;

    /// <summary>Bytes of changes that are kept here.</summary>
    public long Changed => (long)_changed.Count * blockSize;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        var read = volume.Read(offset, buffer);
        for (var block = offset / blockSize; block * blockSize < offset + read; block++)
        {
            if (!_changed.TryGetValue(block, out var content)) continue;
            var start = Math.Max(offset, block * blockSize);
            var end = Math.Min(offset + read, (block + 1) * blockSize);
            content.AsSpan((int)(start - (block * blockSize)), (int)(end - start)).CopyTo(buffer[(int)(start - offset)..]);
        }

        return read;
    }

    public override bool IsZero(long offset, long length) => _changed.Count == 0 && volume.IsZero(offset, length);

    /// <summary>A block to be looked at.</summary>
    public ReadOnlySpan<byte> Peek(long block)
    {
        if (_changed.TryGetValue(block, out var content) || _unchanged.TryGetValue(block, out content)) return content;
        if ((long)_unchanged.Count * blockSize >= MostUnchanged) _unchanged.Clear();
        return _unchanged[block] = volume.Read(block * blockSize, blockSize, Structure);
    }

    /// <summary>A block to be changed.</summary>
    public Span<byte> Edit(long block)
    {
        if (_changed.TryGetValue(block, out var content)) return content;
        if (!_unchanged.Remove(block, out content)) content = volume.Read(block * blockSize, blockSize, Structure);
        return _changed[block] = content;
    }

    /// <summary>A block to be filled; it begins as zeros.</summary>
    public Span<byte> Fill(long block)
    {
        Check(block, 1);
        _unchanged.Remove(block);
        return _changed[block] = new byte[blockSize];
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (block, within) = Math.DivRem(offset, blockSize);
            var part = bytes[..(int)Math.Min(blockSize - within, bytes.Length)];
            part.CopyTo(Edit(block)[(int)within..]);
            offset += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Writes whole blocks that nothing refers to yet, past the changes.</summary>
    /// <param name="block">The first.</param>
    /// <param name="content">Their bytes.</param>
    /// <param name="isUnused">Whether nothing referred to them either when the file system was opened.</param>
    public void WriteThrough(long block, ReadOnlySpan<byte> content, bool isUnused)
    {
        Check(block, content.Length / blockSize);
        if (isUnused) volume.WriteUnallocated(block * blockSize, content);
        else volume.Write(block * blockSize, content);
        for (var i = 0; i < content.Length / blockSize; i++)
        {
            _changed.Remove(block + i);
            _unchanged.Remove(block + i);
        }
    }

    /// <summary>Lets the changes through.</summary>
    public void Flush()
    {
        foreach (var (block, content) in _changed.OrderBy(change => change.Key)) volume.Write(block * blockSize, content);
        foreach (var (block, content) in _changed) _unchanged[block] = content;
        if ((long)_unchanged.Count * blockSize >= MostUnchanged) _unchanged.Clear();
        _changed.Clear();
    }

    /// <summary>Forgets the changes.</summary>
    public void Drop()
    {
        _changed.Clear();
        _unchanged.Clear();
    }

    // What is read is checked by being read; what is only written is not.
    private void Check(long block, long count)
    {
        if (block < 0 || block > (Length / blockSize) - count)
            throw new InvalidImageException(Structure, $"block {block} is to be written where the image ends at {Length}");
    }
}

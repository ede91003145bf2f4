using System.Buffers;

namespace Maas.Images.ByteSources;

/// <summary>
/// The most recently unpacked blocks, a fixed number of them, in memory that is used again: what is wanted of one is copied out. Safe for
/// several threads, of which one unpacks a block and the others that want it wait.
/// </summary>
/// <param name="capacity">How many blocks are kept.</param>
/// <param name="blockSize">The most bytes that a block has.</param>
/// <param name="unpack">Unpacks a block into memory and says how many bytes it has.</param>
internal sealed class UnpackedBlocks(int capacity, int blockSize, Func<long, Memory<byte>, int> unpack)
{
    private readonly List<Block> _byUse = new(capacity);
    private readonly Lock _lock = new();

    /// <summary>Copies a part of a block.</summary>
    /// <returns>False if the block ends before the part does.</returns>
    public bool TryRead(long key, int within, Span<byte> part)
    {
        var block = Find(key);
        lock (block.Content)
        {
            if (!block.IsUnpacked) block.Unpack(blockSize, unpack);
            if (within < 0 || within > block.Length - part.Length) return false;
            block.Memory.AsSpan(within, part.Length).CopyTo(part);
            return true;
        }
    }

    private Block Find(long key)
    {
        lock (_lock)
        {
            var at = _byUse.FindIndex(block => block.Key == key);
            var found = at >= 0 ? _byUse[at] : new Block(key);
            if (at >= 0) _byUse.RemoveAt(at);
            else if (_byUse.Count == capacity) Forget();
            _byUse.Insert(0, found);
            return found;
        }
    }

    /// <summary>
    /// Evicts the least recently used block; one that is being read just now keeps its memory, which is not used again.
    /// </summary>
    private void Forget()
    {
        var oldest = _byUse[^1];
        _byUse.RemoveAt(_byUse.Count - 1);
        if (!oldest.Content.TryEnter()) return;
        try
        {
            oldest.Release();
        }
        finally
        {
            oldest.Content.Exit();
        }
    }

    private sealed class Block(long key)
    {
        public long Key => key;

        /// <summary>Held while the content is unpacked, copied or evicted.</summary>
        public Lock Content { get; } = new();

        public byte[] Memory { get; private set; } = [];

        public int Length { get; private set; }

        public bool IsUnpacked { get; private set; }

        public void Unpack(int size, Func<long, Memory<byte>, int> unpack)
        {
            if (Memory.Length == 0) Memory = ArrayPool<byte>.Shared.Rent(size);
            Length = unpack(key, Memory.AsMemory(0, size));
            IsUnpacked = true;
        }

        public void Release()
        {
            if (Memory.Length > 0) ArrayPool<byte>.Shared.Return(Memory);
            (Memory, Length, IsUnpacked) = ([], 0, false);
        }
    }
}

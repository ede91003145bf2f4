namespace Maas.Images.ByteSources;

/// <summary>
/// The most recently used blocks of something slow to get, a fixed number of them. Safe for several threads; a block may be got twice.
/// </summary>
internal sealed class BlockCache(int capacity, Func<long, byte[]> get)
{
    private readonly Dictionary<long, LinkedListNode<(long Key, byte[] Block)>> _blocks = new(capacity);
    private readonly LinkedList<(long Key, byte[] Block)> _byUse = new();
    private readonly Lock _lock = new();

    public byte[] Get(long key)
    {
        lock (_lock)
        {
            if (_blocks.TryGetValue(key, out var known))
            {
                if (known != _byUse.First)
                {
                    _byUse.Remove(known);
                    _byUse.AddFirst(known);
                }

                return known.Value.Block;
            }
        }

        var block = get(key);
        lock (_lock)
        {
            if (_blocks.ContainsKey(key)) return block;
            if (_blocks.Count >= capacity && _byUse.Last is { } oldest)
            {
                _byUse.RemoveLast();
                _blocks.Remove(oldest.Value.Key);
            }

            _blocks.Add(key, _byUse.AddFirst((key, block)));
        }

        return block;
    }
}

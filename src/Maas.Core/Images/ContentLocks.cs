namespace Maas.Core.Images;

/// <summary>A lock for each content that is in use: uploads of different contents never wait for each other.</summary>
internal sealed class ContentLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits until no other call of this process uses a content; disposing ends that.</summary>
    public async Task<IDisposable> EnterAsync(string sha256, CancellationToken cancellationToken)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(sha256, out entry)) _entries[sha256] = entry = new Entry();
            entry.Users++;
        }

        var held = new Held(this, sha256, entry);
        try
        {
            await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            held.IsEntered = true;
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private sealed class Entry
    {
        /// <summary>Free for one; its wait handle is never made, so that it needs no disposal.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>How many hold it or wait for it.</summary>
        public int Users { get; set; }
    }

    private sealed class Held(ContentLocks locks, string sha256, Entry entry) : IDisposable
    {
        public bool IsEntered { get; set; }

        public void Dispose()
        {
            if (IsEntered) entry.Turn.Release();
            lock (locks._lock)
                if (--entry.Users == 0) locks._entries.Remove(sha256);
        }
    }
}

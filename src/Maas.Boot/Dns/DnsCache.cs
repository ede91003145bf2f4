using System.Buffers.Binary;

namespace Maas.Boot.Dns;

/// <summary>Answers of forwarders, for as long as they last and as many as fit; those that came first go first.</summary>
internal sealed class DnsCache(int capacity, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Queue<(Key Key, Entry Entry)> _byAge = new();

    /// <summary>
    /// The answer to a query with the lifetimes that are left, and the query's own id and spelling; <see langword="null"/> when there is
    /// none.
    /// </summary>
    public byte[]? Find(DnsQuery query, ReadOnlySpan<byte> message)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(Key.Of(query, message), out entry)) return null;
        }

        var age = (uint)timeProvider.GetElapsedTime(entry.StoredAt).TotalSeconds;
        if (age >= entry.Lifetime.Seconds) return null;
        var answer = entry.Answer.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(answer, query.Id);
        message.Slice(DnsQuery.HeaderLength, query.QuestionLength).CopyTo(answer.AsSpan(DnsQuery.HeaderLength));
        foreach (var offset in entry.Lifetime.Offsets)
        {
            var field = answer.AsSpan(offset);
            BinaryPrimitives.WriteUInt32BigEndian(field, BinaryPrimitives.ReadUInt32BigEndian(field) - age);
        }

        return answer;
    }

    /// <summary>Keeps an answer, if it may be kept.</summary>
    public void Add(DnsQuery query, ReadOnlySpan<byte> message, byte[] answer)
    {
        if (capacity == 0 || DnsResponseLifetime.Of(answer) is not { } lifetime) return;
        var (key, entry) = (Key.Of(query, message), new Entry(answer, lifetime, timeProvider.GetTimestamp()));
        lock (_lock)
        {
            _entries[key] = entry;
            _byAge.Enqueue((key, entry));
            // A key that was stored again is in the queue twice; its older entry removes nothing.
            while (_byAge.Count > capacity && _byAge.TryDequeue(out var oldest))
            {
                if (_entries.TryGetValue(oldest.Key, out var present) && ReferenceEquals(present, oldest.Entry))
                    _entries.Remove(oldest.Key);
            }
        }
    }

    // An answer with signatures, or with EDNS, is another answer.
    private readonly record struct Key(string Name, DnsRecordType Type, bool HasEdns, bool DnssecOk)
    {
        public static Key Of(DnsQuery query, ReadOnlySpan<byte> message) =>
            new(query.NameOf(message), query.Type, query.HasEdns, query.DnssecOk);
    }

    private sealed record Entry(byte[] Answer, DnsResponseLifetime Lifetime, long StoredAt);
}

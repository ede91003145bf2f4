using System.Numerics;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// A set of the numbers 0 to size - 1 that finds the next member from any place, a word of 64 (and a word of words) at a time.
/// </summary>
internal sealed class AddressSet
{
    private readonly ulong[] _words;
    private readonly ulong[] _nonEmpty;

    /// <summary>Makes the full set.</summary>
    public AddressSet(int size)
        : this(size, size)
    {
    }

    private AddressSet(int size, int filled)
    {
        _words = new ulong[(size + 63) / 64];
        _nonEmpty = new ulong[(_words.Length + 63) / 64];
        Count = filled;
        Fill(_words, filled);
        Fill(_nonEmpty, (filled + 63) / 64);
    }

    public int Count { get; private set; }

    /// <summary>An empty set.</summary>
    public static AddressSet Empty(int size) => new(size, 0);

    public bool Contains(int member) => (_words[member >> 6] & (1UL << (member & 63))) != 0;

    public void Add(int member)
    {
        if (Contains(member)) return;
        Count++;
        _words[member >> 6] |= 1UL << (member & 63);
        _nonEmpty[member >> 12] |= 1UL << ((member >> 6) & 63);
    }

    public bool Remove(int member)
    {
        if (!Contains(member)) return false;
        Count--;
        if ((_words[member >> 6] &= ~(1UL << (member & 63))) == 0) _nonEmpty[member >> 12] &= ~(1UL << ((member >> 6) & 63));
        return true;
    }

    /// <summary>The first member at or after <paramref name="start"/>, going on from 0; -1 when the set is empty.</summary>
    public int Next(int start)
    {
        if (Count == 0) return -1;
        return NextFrom(start) is var found and >= 0 ? found : NextFrom(0);
    }

    private static void Fill(ulong[] words, int count)
    {
        words.AsSpan(0, count / 64).Fill(ulong.MaxValue);
        if (count % 64 != 0) words[count / 64] = ulong.MaxValue >> (64 - (count % 64));
    }

    private int NextFrom(int start)
    {
        var word = start >> 6;
        var bits = _words[word] & (ulong.MaxValue << (start & 63));
        if (bits != 0) return (word << 6) + BitOperations.TrailingZeroCount(bits);
        if (++word == _words.Length) return -1;

        var block = word >> 6;
        bits = _nonEmpty[block] & (ulong.MaxValue << (word & 63));
        while (bits == 0)
        {
            if (++block == _nonEmpty.Length) return -1;
            bits = _nonEmpty[block];
        }

        word = (block << 6) + BitOperations.TrailingZeroCount(bits);
        return (word << 6) + BitOperations.TrailingZeroCount(_words[word]);
    }
}

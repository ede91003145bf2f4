using System.Buffers.Binary;

namespace Maas.Fuzz;

/// <summary>Changes inputs: a few random edits of the kinds that break parsers. The same seed makes the same inputs.</summary>
internal sealed class Mutator(ulong seed, FuzzTarget target)
{
    private static ReadOnlySpan<byte> Interesting => [0, 1, 2, 3, 4, 16, 32, 63, 64, 65, 127, 128, 191, 192, 254, 255];

    private ulong _state = seed;

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Next(int bound) => (int)((UInt128)Next() * (uint)bound >> 64);

    /// <summary>Makes a new input of an old one, and perhaps of pieces of another.</summary>
    /// <returns>Its length.</returns>
    public int Mutate(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> other, Span<byte> into)
    {
        parent = parent[..Math.Min(parent.Length, into.Length)];
        parent.CopyTo(into);
        var length = parent.Length;
        for (var edits = 1 << Next(5); edits > 0; edits--) length = Edit(into, length, other);
        return length;
    }

    private int Edit(Span<byte> bytes, int length, ReadOnlySpan<byte> other)
    {
        if (length == 0) return Insert(bytes, 0, 0, 1 + Next(16));
        var at = Next(length);
        switch (Next(12))
        {
            case 0: bytes[at] ^= (byte)(1 << Next(8)); break;
            case 1: bytes[at] = (byte)Next(256); break;
            case 2: bytes[at] = Interesting[Next(Interesting.Length)]; break;
            case 3: bytes[at] += (byte)(Next(35) - 17); break;
            case 4 when length - at >= 2:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], (ushort)(Next(2) == 0 ? 0xffff - Next(16) : Next(1 << 16))); break;
            case 5 when length - at >= 4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes[at..], Next(2) == 0 ? uint.MaxValue >> Next(32) : (uint)Next()); break;
            case 6: return Delete(bytes, length, at, 1 + Next(Math.Min(length - at, 1 << Next(8))));
            case 7: return Insert(bytes, length, at, 1 + Next(1 << Next(8)));
            case 8: return Next(4) == 0 ? at : length; // cut short
            case 9: bytes.Slice(Next(length - at) + at, 1).CopyTo(bytes[at..]); break;
            case 10 when target.Words.Count > 0: return Put(bytes, length, at, target.Words[Next(target.Words.Count)]);
            case 11 when !other.IsEmpty:
                var from = Next(other.Length);
                return Put(bytes, length, at, other.Slice(from, 1 + Next(other.Length - from)));
        }

        return length;
    }

    // Over what is there, or between it.
    private int Put(Span<byte> bytes, int length, int at, ReadOnlySpan<byte> piece)
    {
        if (Next(2) == 0) length = Insert(bytes, length, at, piece.Length);
        piece = piece[..Math.Min(piece.Length, bytes.Length - at)];
        piece.CopyTo(bytes[at..]);
        return Math.Max(length, at + piece.Length);
    }

    private int Insert(Span<byte> bytes, int length, int at, int count)
    {
        count = Math.Min(count, bytes.Length - length);
        bytes[at..length].CopyTo(bytes[(at + count)..]);
        bytes.Slice(at, count).Fill((byte)Next(256));
        return length + count;
    }

    private static int Delete(Span<byte> bytes, int length, int at, int count)
    {
        bytes[(at + count)..length].CopyTo(bytes[at..]);
        return length - count;
    }

    // SplitMix64.
    private ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}

using System.Numerics;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The hash by which a hash tree orders names (Linux's Documentation/filesystems/ext4, "Hash Tree Directories"): the version its root
/// names, taken over octets that count as signed where the file system was made by a machine whose characters are, and over the
/// superblock's seed.
/// </summary>
internal readonly struct ExtNameHash
{
    private const int Legacy = 0, HalfMd4 = 1, Tea = 2, FirstUnsigned = 3, LastUnsigned = 5;
    private const uint EndOfDirectory = 0xFFFF_FFFE; // no name's: a reader's position behind the last

    private readonly int _version;
    private readonly bool _signed;
    private readonly uint[] _seed;

    private ExtNameHash(int version, bool signed, uint[] seed) => (_version, _signed, _seed) = (version, signed, seed);

    /// <summary>The hash of a tree; <see langword="null"/> if its version is not known.</summary>
    public static ExtNameHash? Of(ExtSuperblock super, byte version) => version switch
    {
        <= Tea => new ExtNameHash(version, signed: !super.HashesUnsigned, super.HashSeed()),
        <= LastUnsigned => new ExtNameHash(version - FirstUnsigned, signed: false, super.HashSeed()),
        _ => null,
    };

    /// <summary>A name's hash; its lowest bit is 0.</summary>
    public uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = _version switch { Legacy => HashLegacy(name), HalfMd4 => HashHalfMd4(name), _ => HashTea(name) } & ~1u;
        return hash == EndOfDirectory ? EndOfDirectory - 2 : hash;
    }

    private int Octet(byte octet) => _signed ? (sbyte)octet : octet;

    private uint HashLegacy(ReadOnlySpan<byte> name)
    {
        var (last, before) = (0x12a3fe2du, 0x37abe8f9u);
        foreach (var octet in name)
        {
            var hash = before + (last ^ unchecked((uint)(Octet(octet) * 7152373)));
            if ((hash & 0x8000_0000) != 0) hash -= 0x7fff_ffff;
            (before, last) = (last, hash);
        }

        return last << 1;
    }

    private uint HashHalfMd4(ReadOnlySpan<byte> name)
    {
        Span<uint> state = [.. _seed];
        Span<uint> words = stackalloc uint[8];
        do
        {
            Fill(words, name);
            HalfMd4Round(state, words);
            name = name.Length > 32 ? name[32..] : [];
        }
        while (!name.IsEmpty);
        return state[1];
    }

    private uint HashTea(ReadOnlySpan<byte> name)
    {
        Span<uint> state = [.. _seed];
        Span<uint> words = stackalloc uint[4];
        do
        {
            Fill(words, name);
            TeaRound(state, words);
            name = name.Length > 16 ? name[16..] : [];
        }
        while (!name.IsEmpty);
        return state[0];
    }

    // Four octets a word, the first highest; what is missing is the length of what is left, four times.
    private void Fill(Span<uint> words, ReadOnlySpan<byte> rest)
    {
        var pad = (uint)rest.Length | ((uint)rest.Length << 8);
        pad |= pad << 16;
        words.Fill(pad);
        rest = rest[..Math.Min(rest.Length, words.Length * 4)];
        for (var i = 0; i < rest.Length; i++) words[i / 4] = unchecked((uint)Octet(rest[i]) + ((i % 4 == 0 ? pad : words[i / 4]) << 8));
    }

    private static void HalfMd4Round(Span<uint> state, ReadOnlySpan<uint> x)
    {
        const uint second = 0x5a827999, third = 0x6ed9eba1; // the square roots of 2 and 3
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < 8; i += 4)
        {
            a = BitOperations.RotateLeft(a + Choose(b, c, d) + x[i], 3);
            d = BitOperations.RotateLeft(d + Choose(a, b, c) + x[i + 1], 7);
            c = BitOperations.RotateLeft(c + Choose(d, a, b) + x[i + 2], 11);
            b = BitOperations.RotateLeft(b + Choose(c, d, a) + x[i + 3], 19);
        }

        for (var i = 1; i >= 0; i--)
        {
            a = BitOperations.RotateLeft(a + Most(b, c, d) + x[i] + second, 3);
            d = BitOperations.RotateLeft(d + Most(a, b, c) + x[i + 2] + second, 5);
            c = BitOperations.RotateLeft(c + Most(d, a, b) + x[i + 4] + second, 9);
            b = BitOperations.RotateLeft(b + Most(c, d, a) + x[i + 6] + second, 13);
        }

        for (var at = 3; at >= 1; at -= 2) // words 3 7 2 6, then 1 5 0 4
        {
            a = BitOperations.RotateLeft(a + (b ^ c ^ d) + x[at] + third, 3);
            d = BitOperations.RotateLeft(d + (a ^ b ^ c) + x[at + 4] + third, 9);
            c = BitOperations.RotateLeft(c + (d ^ a ^ b) + x[at - 1] + third, 11);
            b = BitOperations.RotateLeft(b + (c ^ d ^ a) + x[at + 3] + third, 15);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;

        static uint Choose(uint x, uint y, uint z) => z ^ (x & (y ^ z));

        static uint Most(uint x, uint y, uint z) => (x & y) + ((x ^ y) & z);
    }

    private static void TeaRound(Span<uint> state, ReadOnlySpan<uint> key)
    {
        var (left, right, sum) = (state[0], state[1], 0u);
        for (var round = 0; round < 16; round++)
        {
            sum += 0x9e3779b9;
            left += ((right << 4) + key[0]) ^ (right + sum) ^ ((right >> 5) + key[1]);
            right += ((left << 4) + key[2]) ^ (left + sum) ^ ((left >> 5) + key[3]);
        }

        state[0] += left;
        state[1] += right;
    }
}

using System.Runtime.InteropServices;

namespace Maas.Testing.Virtual;

/// <summary>
/// Pseudorandom numbers that a seed and a name determine, on every platform and version of .NET (SplitMix64). Each host has its own.
/// </summary>
internal sealed class SeededRandom(int seed, string name)
{
    private const ulong FnvOffset = 14695981039346656037, FnvPrime = 1099511628211;

    private ulong _state = Mix(Hash(MemoryMarshal.AsBytes(name.AsSpan())) + (uint)seed);

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    /// <summary>Whether something happens that happens in this share of cases; draws nothing for none.</summary>
    public bool Happens(double share) => share > 0 && NextDouble() < share;

    /// <summary>A checksum that is the same on every platform (FNV-1a).</summary>
    public static ulong Hash(ReadOnlySpan<byte> octets)
    {
        var hash = FnvOffset;
        foreach (var octet in octets) hash = (hash ^ octet) * FnvPrime;
        return hash;
    }

    private ulong NextUInt64() => Mix(_state += 0x9e3779b97f4a7c15);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}

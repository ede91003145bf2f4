using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Maas.Fuzz;

/// <summary>Which pairs of branches have run: instrumented code counts each in one of 65,536 octets (AFL's map).</summary>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16;

    private static readonly byte* s_shared = (byte*)NativeMemory.AlignedAlloc(Size, 64);

    private readonly byte[] _known = new byte[Size];
    private readonly byte[] _kept = new byte[Size];

    /// <summary>How many pairs have been seen.</summary>
    public int Edges => Size - _known.AsSpan().Count((byte)0);

    private static Span<byte> Shared => new(s_shared, Size);

    /// <summary>Gives instrumented code a place to count; before the first of it runs.</summary>
    public static void Attach()
    {
        Trace.SharedMem = s_shared;
        Shared.Clear();
    }

    /// <summary>Forgets what ran, and which branch ran last.</summary>
    public static void Clear()
    {
        Shared.Clear();
        Begin();
    }

    /// <summary>Begins a case: what ran before it is no predecessor of its first branch.</summary>
    public static void Begin() => Trace.PrevLocation = 0;

    /// <summary>Whether something ran that had not been seen.</summary>
    public bool HasNew()
    {
        var shared = MemoryMarshal.Cast<byte, Vector<byte>>(Shared);
        var known = MemoryMarshal.Cast<byte, Vector<byte>>(_known);
        for (var i = 0; i < shared.Length; i++)
            if (Vector.AndNot(shared[i], known[i]) != Vector<byte>.Zero) return true;
        return false;
    }

    /// <summary>Counts what ran as seen.</summary>
    public void Learn() => Learn(Shared);

    /// <summary>Keeps what ran, to be learned later by <see cref="LearnKept"/>.</summary>
    public void Keep() => Shared.CopyTo(_kept);

    /// <summary>Counts what was kept as seen.</summary>
    public void LearnKept() => Learn(_kept);

    private void Learn(ReadOnlySpan<byte> ran)
    {
        for (var i = 0; i < Size; i++)
            if (ran[i] != 0) _known[i] = 0xff;
    }
}

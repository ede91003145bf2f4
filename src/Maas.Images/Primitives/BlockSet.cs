using System.Collections;

namespace Maas.Images.Primitives;

/// <summary>A set of blocks' numbers, a bit each where there are some near.</summary>
internal sealed class BlockSet
{
    private const int Stretch = 1 << 15; // blocks

    private readonly Dictionary<long, BitArray> _stretches = [];

    public void Add(long start, long count)
    {
        for (var block = start; block < start + count; block++)
        {
            if (!_stretches.TryGetValue(block / Stretch, out var bits)) _stretches.Add(block / Stretch, bits = new BitArray(Stretch));
            bits[(int)(block % Stretch)] = true;
        }
    }

    public bool ContainsAny(long start, long count)
    {
        for (var block = start; block < start + count; block++)
            if (_stretches.TryGetValue(block / Stretch, out var bits) && bits[(int)(block % Stretch)]) return true;
        return false;
    }
}

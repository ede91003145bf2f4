namespace Maas.Fuzz;

/// <summary>One case: it returns whatever the input is, and throws only what is a defect.</summary>
/// <param name="input">Any octets.</param>
public delegate void FuzzCase(ReadOnlySpan<byte> input);

/// <summary>Code that reads untrusted input, and what is known about its inputs.</summary>
/// <param name="Name">For messages, and the corpus file's name.</param>
/// <param name="Case">Runs one input.</param>
public sealed record FuzzTarget(string Name, FuzzCase Case)
{
    /// <summary>Inputs to begin from; at least one.</summary>
    public IReadOnlyList<byte[]> Seeds { get; init; } = [[]];

    /// <summary>Pieces that the format knows: magic numbers, option codes, keywords.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>How many cases a usual run has: fewer where one takes long.</summary>
    public long Cases { get; init; } = 1_000_000;

    /// <summary>The longest input, in octets.</summary>
    public int Longest { get; init; } = 1500;

    /// <summary>The most that one case may allocate, in octets: an input must not make a reader allocate out of proportion.</summary>
    public long MostAllocated { get; init; } = 1 << 20;
}

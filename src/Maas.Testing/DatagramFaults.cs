namespace Maas.Testing;

/// <summary>What goes wrong with a simulated machine's datagrams, in both directions.</summary>
/// <remarks>
/// Which datagrams are hit is one sequence that the seed determines and that goes on from socket to socket; give each machine an object of
/// its own.
/// </remarks>
public sealed class DatagramFaults
{
    private readonly Lock _lock = new();
    private readonly Random _chance;

    /// <summary>Describes a bad network.</summary>
    /// <param name="loss">The share of datagrams that are lost, 0 to 1.</param>
    /// <param name="duplication">The share of datagrams that arrive twice, 0 to 1.</param>
    /// <param name="seed">Which datagrams those are.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is not one.</exception>
    public DatagramFaults(double loss, double duplication = 0, int seed = 1)
    {
        Loss = Share(loss, nameof(loss));
        Duplication = Share(duplication, nameof(duplication));
        _chance = new Random(seed);
    }

    /// <summary>A perfect network.</summary>
    public static DatagramFaults None { get; } = new(0);

    /// <summary>The share of datagrams that are lost.</summary>
    public double Loss { get; }

    /// <summary>The share of datagrams that arrive twice.</summary>
    public double Duplication { get; }

    internal bool Loses() => Happens(Loss);

    internal bool Repeats() => Happens(Duplication);

    private static double Share(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A share is between 0 and 1.");

    private bool Happens(double share)
    {
        if (share == 0) return false;
        lock (_lock) return _chance.NextDouble() < share;
    }
}

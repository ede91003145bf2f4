namespace Maas.Testing;

/// <summary>What goes wrong with a simulated machine's datagrams, in both directions; reproducible by its seed.</summary>
/// <param name="Loss">The share of datagrams that are lost, 0 to 1.</param>
/// <param name="Duplication">The share of datagrams that arrive twice, 0 to 1.</param>
/// <param name="Seed">Which datagrams those are.</param>
public sealed record DatagramFaults(double Loss, double Duplication = 0, int Seed = 1)
{
    /// <summary>A perfect network.</summary>
    public static DatagramFaults None { get; } = new(0);
}

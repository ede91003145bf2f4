using System.Net;

namespace Maas.Testing;

/// <summary>What a link of a <see cref="Virtual.VirtualNetwork"/> does to the datagrams that pass it, in each direction.</summary>
/// <remarks>A datagram passes the sender's link and the receiver's; a broadcast passes the link of each receiver.</remarks>
public sealed record LinkConditions
{
    /// <summary>A local network: 50 µs, nothing lost.</summary>
    public static LinkConditions Lan { get; } = new();

    /// <summary>How long a datagram takes; 50 µs.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>The most by which a datagram is later than <see cref="Delay"/>; zero. Jitter alone changes no order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The share of datagrams that are lost, 0 to 1; 0.</summary>
    public double Loss
    {
        get;
        init => field = Share(value, nameof(Loss));
    }

    /// <summary>The share of datagrams that arrive twice, 0 to 1; 0.</summary>
    public double Duplication
    {
        get;
        init => field = Share(value, nameof(Duplication));
    }

    /// <summary>The share of datagrams that later ones overtake, 0 to 1; 0.</summary>
    public double Reordering
    {
        get;
        init => field = Share(value, nameof(Reordering));
    }

    /// <summary>How much later a datagram is that is overtaken; 2 ms.</summary>
    public TimeSpan ReorderingDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// How long the switch's port forwards nothing after the link came up, as spanning tree without PortFast does for 30 s; zero. The link
    /// of a simulated machine comes up when the machine is turned on.
    /// </summary>
    public TimeSpan ForwardingDelay { get; init; }

    /// <summary>
    /// Which datagrams the link drops besides, by destination and payload, as a firewall or a path of a smaller MTU does;
    /// <see langword="null"/> for none. It sees what the host sends and what is sent to it.
    /// </summary>
    public Func<IPEndPoint, ReadOnlyMemory<byte>, bool>? Drops { get; init; }

    private static double Share(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A share is between 0 and 1.");
}

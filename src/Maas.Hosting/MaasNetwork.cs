using System.Net;
using Maas.Boot;

namespace Maas.Hosting;

/// <summary>A network as <see cref="MaasNetworks"/> reports it.</summary>
/// <param name="Name">Its name in <see cref="MaasOptions.Networks"/>.</param>
/// <param name="State">How it does now.</param>
/// <param name="Failure">Why it is not served, or not completely; <see langword="null"/> when all is well.</param>
/// <param name="Address">This host's address there; <see langword="null"/> behind a relay, and before it is known.</param>
/// <param name="Servers">How each of its servers does; empty behind a relay, and before they are started.</param>
public sealed record MaasNetwork(
    string Name, MaasNetworkState State, string? Failure, IPAddress? Address, IReadOnlyList<ServerHealth> Servers);

/// <summary>How a network does.</summary>
public enum MaasNetworkState
{
    /// <summary>The host is starting, or stops.</summary>
    Starting = 0,

    /// <summary>All servers listen.</summary>
    Listening = 1,

    /// <summary>Some servers listen, and others have failed and are tried again.</summary>
    Degraded = 2,

    /// <summary>No server listens. It is tried again.</summary>
    Failed = 3,
}

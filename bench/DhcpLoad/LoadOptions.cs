using System.Net;

namespace DhcpLoad;

/// <summary>What a run does.</summary>
/// <param name="Servers">Where requests go, as a relay agent sends them: each to every server.</param>
/// <param name="Relay">The relay's address: source of every request, <c>giaddr</c>, and where answers come.</param>
/// <param name="Clients">How many hardware addresses take turns.</param>
/// <param name="Rate">Exchanges begun a second; 0 begins one as soon as another ends.</param>
/// <param name="Outstanding">With no rate: exchanges under way at once.</param>
/// <param name="Duration">How long exchanges are begun.</param>
/// <param name="Once">Each client once, then the end: fills a server with leases.</param>
internal sealed record LoadOptions(
    IReadOnlyList<IPEndPoint> Servers,
    IPEndPoint Relay,
    int Clients,
    int Rate,
    int Outstanding,
    TimeSpan Duration,
    bool Once)
{
    /// <summary>An exchange not finished by then is dropped, as perfdhcp's default (<c>-d 1</c>) counts it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
}

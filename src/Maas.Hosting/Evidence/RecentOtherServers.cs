using System.Collections.Concurrent;
using System.Net;
using Maas.Boot;
using Maas.Core.Topology;

namespace Maas.Hosting.Evidence;

/// <summary>
/// Which other DHCP server was seen last on each link, and which firmware was offered an address there and has not requested one. A
/// firmware that goes silent between two offers names no server: what other clients of its link have named is the evidence.
/// </summary>
internal sealed class RecentOtherServers
{
    private const int MostLinks = 64, MostClients = 4096;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1), RetryTime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, (IPAddress Server, DateTimeOffset At)> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<HardwareAddress, DateTimeOffset> _offered = [];

    /// <summary>The server that was seen last on each link, if that was within the last hour. Any thread may ask.</summary>
    public IReadOnlyList<SeenDhcpServer> List(DateTimeOffset now) =>
    [
        .. _servers.Where(each => now - each.Value.At <= Lifetime)
            .Select(each => new SeenDhcpServer(each.Key, each.Value.Server, each.Value.At))
            .OrderBy(each => each.Link, StringComparer.Ordinal),
    ];

    /// <summary>Takes note of an observation. One thread calls it.</summary>
    /// <returns>
    /// The other server of the link of a firmware that was offered an address and asks again; <see langword="null"/> in all other cases.
    /// </returns>
    public IPAddress? Note(BootObservation observation)
    {
        switch (observation)
        {
            case BootObservation.OtherServerSeen { Link: { } link, Server: { } server } seen:
                if (_servers.Count < MostLinks || _servers.ContainsKey(link)) _servers[link] = (server, seen.At);
                return null;
            case BootObservation.DhcpExchange { Asked: "DISCOVER", Answered: not null, Architecture: not null, Hardware: { } client } asked:
                var isRetry = _offered.TryGetValue(client, out var before) && asked.At - before <= RetryTime;
                if (_offered.Count >= MostClients) _offered.Clear();
                _offered[client] = asked.At;
                return isRetry && asked.Link is { } on && _servers.TryGetValue(on, out var other) && asked.At - other.At <= Lifetime
                    ? other.Server
                    : null;
            case BootObservation.DhcpExchange { Hardware: { } client }:
                _offered.Remove(client);
                return null;
            default:
                return null;
        }
    }
}

using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Dns;

/// <summary>What a <see cref="DnsServer"/> is the authority for, and whom else it helps.</summary>
public sealed class DnsServerOptions
{
    static DnsServerOptions() => NetworkTypeConverters.Register();

    /// <summary>The defaults.</summary>
    public DnsServerOptions()
    {
    }

    /// <summary>A copy.</summary>
    internal DnsServerOptions(DnsServerOptions other)
    {
        Listen = other.Listen;
        Interface = other.Interface;
        Domain = other.Domain;
        ServerName = other.ServerName;
        ForwardPrivateReverse = other.ForwardPrivateReverse;
        TimeToLive = other.TimeToLive;
        ForwardTimeout = other.ForwardTimeout;
        CacheEntries = other.CacheEntries;
        MaxForwarded = other.MaxForwarded;
        MaxConnections = other.MaxConnections;
        MaxConnectionsPerClient = other.MaxConnectionsPerClient;
        foreach (var item in other.ServerAddresses) ServerAddresses.Add(item);
        foreach (var item in other.Networks) Networks.Add(item);
        foreach (var item in other.Forwarders) Forwarders.Add(item);
        foreach (var item in other.Clients) Clients.Add(item);
        foreach (var item in other.TransferTo) TransferTo.Add(item);
    }

    /// <summary>Where it listens, UDP and TCP. Default: all IPv4 addresses, port 53. Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 53);

    /// <summary>The interface that its sockets are bound to (Linux); <see langword="null"/>, the default, for any.</summary>
    public string? Interface { get; set; }

    /// <summary>The domain of the machines. Default <c>maas</c>.</summary>
    [Required]
    public string Domain { get; set; } = "maas";

    /// <summary>
    /// This server's own name, which its SOA and NS records give. It goes before a machine's. Default <c>ns</c> below the domain.
    /// </summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// The addresses of <see cref="ServerName"/>. Default: the address of <see cref="Listen"/>; where that is a wildcard, this host's
    /// addresses within
    /// <see cref="Networks"/>, or all its addresses if none is.
    /// </summary>
    public IList<IPAddress> ServerAddresses { get; } = [];

    /// <summary>The networks whose addresses it names (reverse zones, classless ones too). Default none.</summary>
    public IList<IPNetwork> Networks { get; } = [];

    /// <summary>Resolvers that everything else is forwarded to, the first first. Default none: other names are refused.</summary>
    public IList<IPEndPoint> Forwarders { get; } = [];

    /// <summary>
    /// Whether questions for the names of private addresses that are not in <see cref="Networks"/> go to the forwarders. Default
    /// <see langword="false"/>: they are answered here with "no such name" (RFC 6303), because public resolvers know nothing of them. Set
    /// it when a forwarder does.
    /// </summary>
    public bool ForwardPrivateReverse { get; set; }

    /// <summary>
    /// The networks whose clients may ask for other names. Default: <see cref="Networks"/> and loopback. Queries of other clients are
    /// refused.
    /// </summary>
    public IList<IPNetwork> Clients { get; } = [];

    /// <summary>The networks whose hosts may fetch the whole zone (AXFR). Default none.</summary>
    public IList<IPNetwork> TransferTo { get; } = [];

    /// <summary>How long a resolver may keep our answers. Default 15 s: machines move.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a forwarder may take before the next one is asked. Default 2 s.</summary>
    public TimeSpan ForwardTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many answers of forwarders are kept. Default 10,000.</summary>
    [Range(0, 1_000_000)]
    public int CacheEntries { get; set; } = 10_000;

    /// <summary>How many queries may wait for forwarders at once; more are answered with a failure. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxForwarded { get; set; } = 1_000;

    /// <summary>
    /// How many TCP connections are open at once. A further one takes the place of the one that has been idle longest. Default 256.
    /// </summary>
    [Range(1, 65_536)]
    public int MaxConnections { get; set; } = 256;

    /// <summary>How many TCP connections one client may have open at once. Default 16.</summary>
    [Range(1, 65_536)]
    public int MaxConnectionsPerClient { get; set; } = 16;
}

[OptionsValidator]
internal sealed partial class DnsServerOptionsValidator : IValidateOptions<DnsServerOptions>;

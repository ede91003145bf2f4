using System.Net;

namespace Maas.Boot.Dns;

/// <summary>What a query earns: an answer of our own, a question to a forwarder, or a refusal. It knows no socket.</summary>
internal sealed class DnsResponder(DnsServerOptions options, IHostDirectory hosts)
{
    private const ushort Internet = 1;

    private readonly string _domain = options.Domain.Trim('.').ToLowerInvariant();
    private readonly uint _timeToLive = (uint)options.TimeToLive.TotalSeconds;

    /// <summary>Whether a client may ask for names that are not ours.</summary>
    public bool MayAskForOthers(IPAddress client) =>
        options.Forwarders.Count > 0
        && (IPAddress.IsLoopback(client) || (options.Clients.Count > 0 ? options.Clients : options.Networks).Any(network => network.Contains(client)));

    /// <summary>The answer; <see langword="null"/> when a forwarder has to be asked.</summary>
    /// <param name="query">The query.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="overTcp">Whether a whole zone could be sent.</param>
    public DnsAnswer? Respond(DnsQuery query, IPAddress client, bool overTcp)
    {
        if (query.OpCode != 0) return DnsAnswer.Only(DnsResponseCode.NotImplemented);
        if (query.Class != Internet) return DnsAnswer.Only(DnsResponseCode.Refused);
        if (query.Type is DnsRecordType.Transfer or DnsRecordType.IncrementalTransfer) return Transfer(query, client, overTcp);
        if (DnsName.IsIn(query.Name, _domain)) return Forward(query);
        if (Zone(query.Name) is { } zone) return Reverse(query, zone.Name, zone.Address);
        return query.RecursionDesired && MayAskForOthers(client) ? null : DnsAnswer.Only(DnsResponseCode.Refused);
    }

    private string ServerName => (options.ServerName ?? $"ns.{_domain}").ToLowerInvariant();

    private DnsRecord.Authority StartOf(string zone) => new(zone, _timeToLive, ServerName, $"hostmaster.{_domain}", hosts.Serial, _timeToLive);

    private DnsAnswer Forward(DnsQuery query)
    {
        if (query.Name == _domain) return Apex(query, _domain);
        var host = query.Name[..^(_domain.Length + 1)];
        return hosts.AddressesOf(host) is { } addresses
            ? Positive(query, _domain, [.. addresses.Select(address => new DnsRecord.Address(query.Name, _timeToLive, address))])
            : new DnsAnswer(DnsResponseCode.NoSuchName, IsAuthoritative: true, [], StartOf(_domain));
    }

    private DnsAnswer Reverse(DnsQuery query, string zone, IPAddress? address)
    {
        if (address is null) return Apex(query, zone);
        return hosts.HostAt(address) is { } host
            ? Positive(query, zone, [new DnsRecord.Target(query.Name, _timeToLive, DnsRecordType.Pointer, $"{host}.{_domain}")])
            : new DnsAnswer(DnsResponseCode.NoSuchName, IsAuthoritative: true, [], StartOf(zone));
    }

    private DnsAnswer Apex(DnsQuery query, string zone) =>
        Positive(query, zone, [StartOf(zone), new DnsRecord.Target(zone, _timeToLive, DnsRecordType.NameServer, ServerName)]);

    /// <summary>The records of the type asked for; a name that exists without any has an empty answer and its zone (RFC 2308 section 2.2).</summary>
    private DnsAnswer Positive(DnsQuery query, string zone, IReadOnlyList<DnsRecord> records)
    {
        var wanted = query.Type == DnsRecordType.Any ? records : [.. records.Where(record => record.Type == query.Type)];
        return new DnsAnswer(DnsResponseCode.NoError, IsAuthoritative: true, wanted, wanted.Count == 0 ? StartOf(zone) : null);
    }

    /// <summary>The reverse zone that a name lies in, with the address it names; no address for the zone itself.</summary>
    private (string Name, IPAddress? Address)? Zone(string name)
    {
        if (ReverseName.TryParse(name, out var address))
            return options.Networks.Where(network => network.Contains(address)).Select(network => ((string, IPAddress?)?)(ReverseName.ZoneOf(address, network), address)).FirstOrDefault();
        // A zone is asked for by its own name: the name of its first address, less that address.
        return ReverseName.TryParse("0." + name, out var first)
            ? options.Networks.Where(network => network.Contains(first) || new IPNetwork(first, 24).Contains(network.BaseAddress)).Select(_ => ((string, IPAddress?)?)(name, null)).FirstOrDefault()
            : null;
    }

    private DnsAnswer Transfer(DnsQuery query, IPAddress client, bool overTcp)
    {
        if (!overTcp || query.Name != _domain || !options.TransferTo.Any(network => network.Contains(client))) return DnsAnswer.Only(DnsResponseCode.Refused);
        var start = StartOf(_domain);
        // RFC 5936 section 2.2: the zone's start, everything, the zone's start again.
        return new DnsAnswer(DnsResponseCode.NoError, IsAuthoritative: true,
        [
            start,
            new DnsRecord.Target(_domain, _timeToLive, DnsRecordType.NameServer, ServerName),
            .. hosts.Hosts().SelectMany(host => (hosts.AddressesOf(host) ?? []).Select(address => new DnsRecord.Address($"{host}.{_domain}", _timeToLive, address))),
            start,
        ]);
    }
}

using System.Buffers.Binary;
using System.Net;

namespace Maas.Boot.Dns;

/// <summary>
/// Decides what a query gets: a response of our own, a question to a forwarder, or a refusal. It uses no socket and allocates nothing.
/// </summary>
internal sealed class DnsResponder
{
    private const ushort Internet = 1;
    private const int RecentAddresses = 1024;
    private const int MostAliases = 8; // a chain of aliases may be a circle

    private readonly DnsServerOptions _options;
    private readonly IHostDirectory _hosts;
    private readonly IRecordDirectory? _records;
    private readonly string _domain, _serverName;
    private readonly byte[] _domainWire, _startPrefix, _serverWire;
    private readonly uint _timeToLive;
    private readonly bool _hasServerName;
    private readonly ReverseZones _networks;
    private readonly NetworkSet _clients;
    private readonly IPAddress[] _serverAddresses;

    // HostAt takes an object, and the same addresses are asked for again and again.
    private readonly IPAddress?[] _recent = new IPAddress?[RecentAddresses];

    /// <summary>A responder.</summary>
    /// <param name="options">What it is the authority for.</param>
    /// <param name="hosts">The machines.</param>
    /// <param name="serverAddresses">This server's own addresses: those of the name that its SOA and NS records give.</param>
    /// <exception cref="ArgumentException">The domain or the server's name is not a domain name.</exception>
    public DnsResponder(DnsServerOptions options, IHostDirectory hosts, IReadOnlyList<IPAddress> serverAddresses)
    {
        (_options, _hosts, _serverAddresses) = (options, hosts, [.. serverAddresses]);
        _records = hosts as IRecordDirectory;
        _domain = options.Domain.Trim('.').ToLowerInvariant();
        _serverName = (options.ServerName ?? $"ns.{_domain}").Trim('.').ToLowerInvariant();
        (_domainWire, _serverWire) = (DnsName.ToWire(_domain), DnsName.ToWire(_serverName));
        _startPrefix = [.. _serverWire, .. DnsName.ToWire($"hostmaster.{_domain}")];
        _hasServerName = DnsName.IsIn(_serverName, _domain) && _serverName.Length > _domain.Length;
        _timeToLive = (uint)options.TimeToLive.TotalSeconds;
        _networks = new ReverseZones(options.Networks);
        _clients =
            new NetworkSet([
                .. options.Clients.Count > 0 ? options.Clients : options.Networks,
                IPNetwork.Parse("127.0.0.0/8"),
                IPNetwork.Parse("::1/128")
            ]);
    }

    /// <summary>Whether a client may ask for names of other servers.</summary>
    public bool MayAskForOthers(ReadOnlySpan<byte> client) => _options.Forwarders.Count > 0 && _clients.Contains(client);

    /// <summary>Writes the response; 0 when a forwarder has to be asked.</summary>
    /// <param name="query">The query.</param>
    /// <param name="message">The message that it was read from.</param>
    /// <param name="client">The client's address, 4 or 16 octets.</param>
    /// <param name="destination">As long as the response may be, at least 512 octets.</param>
    /// <returns>The response's length.</returns>
    public int Respond(in DnsQuery query, ReadOnlySpan<byte> message, ReadOnlySpan<byte> client, Span<byte> destination)
    {
        var response = new DnsResponseWriter(query, message, destination) { RecursionAvailable = MayAskForOthers(client) };
        if (query.OpCode != 0) return response.Finish(DnsResponseCode.NotImplemented);
        if (query.EdnsVersion != 0) return response.Finish(DnsResponseCode.BadVersion);
        if (query.Class != Internet) return response.Finish(DnsResponseCode.Refused);
        // A zone is sent by ZoneTransfer to clients that may have it; here is the answer for all others.
        if (query.Type is DnsRecordType.Transfer or DnsRecordType.IncrementalTransfer) return response.Finish(DnsResponseCode.Refused);

        Span<char> text = stackalloc char[DnsName.MaxTextLength];
        ReadOnlySpan<char> name = text[..DnsName.Read(message[DnsQuery.HeaderLength..], text)];
        // The server's own name goes before the machines': a machine that is called "ns" must not become the name server.
        if (_hasServerName && name.SequenceEqual(_serverName)) return Addresses(query, ref response, _serverAddresses, _domainWire.Length);
        if (_records?.DomainOf(name) is { } other) return Forward(query, name, other, other.Length + 2, ref response);
        if (DnsName.IsIn(name, _domain)) return Forward(query, name, _domain, _domainWire.Length, ref response);

        Span<byte> octets = stackalloc byte[16];
        if (ReverseName.TryParse(name, octets, out var reverse))
        {
            if (_networks.Find(reverse, out var zoneLabels) is var match and not ReverseMatch.None)
                return Reverse(query, reverse, match, ZoneLength(message, name, zoneLabels), ref response);
            if (response.RecursionAvailable
                && !_options.ForwardPrivateReverse
                && ReverseZones.LocallyServed.Find(reverse, out zoneLabels) is var local and not ReverseMatch.None)
                return Negative(
                    query, local is ReverseMatch.Apex or ReverseMatch.Between, ZoneLength(message, name, zoneLabels), ref response);
        }

        return query.RecursionDesired && response.RecursionAvailable ? 0 : response.Finish(DnsResponseCode.Refused);
    }

    /// <summary>
    /// The messages of a zone transfer (RFC 5936 section 2.2), each of at most <paramref name="recordsPerMessage"/> records;
    /// <see langword="null"/> when the client gets none.
    /// </summary>
    public IEnumerable<byte[]>? Transfer(DnsQuery query, byte[] message, IPAddress client, int recordsPerMessage)
    {
        if (query.OpCode != 0 || query.Class != Internet || query.Type is not (DnsRecordType.Transfer or DnsRecordType.IncrementalTransfer))
            return null;
        return query.NameOf(message) == _domain && _options.TransferTo.Any(network => network.Contains(client))
            ? ZoneMessages(query, message, recordsPerMessage)
            : null;
    }

    private IEnumerable<byte[]> ZoneMessages(DnsQuery query, byte[] message, int recordsPerMessage) =>
        // The zone's start, everything, the zone's start again.
        ((IEnumerable<ZoneRecord>)
        [
            new ZoneRecord(_domainWire, DnsRecordType.StartOfAuthority, _timeToLive),
            new ZoneRecord(_domainWire, DnsRecordType.NameServer, _timeToLive),
            .. HostRecordsOfZone(),
            new ZoneRecord(_domainWire, DnsRecordType.StartOfAuthority, _timeToLive),
        ]).Chunk(recordsPerMessage).Select(chunk => ZoneMessage(query, message, chunk));

    private IEnumerable<ZoneRecord> HostRecordsOfZone()
    {
        var buffer = new byte[DnsName.MaxLength];
        var data = new byte[DnsRecordData.MaxLength];
        if (_hasServerName)
        {
            foreach (var address in _serverAddresses) yield return new ZoneRecord(_serverWire, default, _timeToLive, address);
        }

        foreach (var (name, host) in NamesOfZone())
        {
            var length = DnsName.Write(name, buffer);
            if (length <= 0) continue; // a name that the wire cannot carry cannot be asked for either
            byte[] owner = buffer[..length];
            foreach (var address in host.Addresses) yield return new ZoneRecord(owner, default, Life(host.AddressTimeToLive), address);
            foreach (var record in host.Records)
            {
                if (DnsRecordData.Write(record, data) is > 0 and var size)
                    yield return new ZoneRecord(owner, DnsRecordData.TypeOf(record), Life(record.TimeToLive)) { Data = data[..size] };
            }
        }
    }

    private IEnumerable<(string Name, HostRecords Records)> NamesOfZone()
    {
        if (_records?.Find(_domain) is { } apex) yield return (_domain, apex);
        foreach (var host in _hosts.Hosts())
        {
            var name = $"{host}.{_domain}";
            if (name == _serverName) continue;
            yield return (
                name,
                _records is null
                    ? new HostRecords { Addresses = _hosts.AddressesOf(host) ?? [] }
                    : _records.Find(name) ?? HostRecords.None);
        }
    }

    private byte[] ZoneMessage(DnsQuery query, byte[] message, ZoneRecord[] records)
    {
        var written = new byte[ushort.MaxValue];
        var response = new DnsResponseWriter(query, message, written) { IsAuthoritative = true };
        Span<byte> start = stackalloc byte[StartLength];
        foreach (var record in records)
        {
            if (record.Address is { } address) response.AddAddress(record.Owner, record.TimeToLive, address);
            else if (record.Data is { } data) response.AddAnswer(record.Owner, record.Type, record.TimeToLive, data);
            else response.AddAnswer(
                record.Owner, record.Type, record.TimeToLive, record.Type == DnsRecordType.NameServer ? _serverWire : Start(start));
        }

        return written[..response.Finish(DnsResponseCode.NoError)];
    }

    /// <param name="query">The query.</param>
    /// <param name="name">The name asked for.</param>
    /// <param name="domain">The domain that it is in.</param>
    /// <param name="zoneLength">The octets of the domain on the wire.</param>
    /// <param name="response">The response.</param>
    private int Forward(
        in DnsQuery query, scoped ReadOnlySpan<char> name, string domain, int zoneLength, ref DnsResponseWriter response)
    {
        if (name.Length == domain.Length) return Apex(query, zoneLength, ref response, _records?.Find(name));
        if (_records is not null)
        {
            return _records.Find(name) is { } records
                ? Records(query, records, zoneLength, ref response)
                : Negative(query, exists: false, zoneLength, ref response);
        }

        return _hosts.AddressesOf(name[..^(domain.Length + 1)]) is { } addresses
            ? Addresses(query, ref response, addresses, zoneLength)
            : Negative(query, exists: false, zoneLength, ref response);
    }

    private int Records(in DnsQuery query, HostRecords records, int zoneLength, ref DnsResponseWriter response)
    {
        response.IsAuthoritative = true;
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        DnsName.OfQuestion.CopyTo(owner);
        var ownerLength = DnsName.OfQuestion.Length;
        for (var step = 0; ; step++)
        {
            Add(query, owner[..ownerLength], records, ref response);
            // RFC 1034 section 3.6.2: the records of the target follow the alias, if this server has them.
            if (step == MostAliases || records.Records is not [HostRecord.CanonicalName alias]
                || query.Type is DnsRecordType.CanonicalName or DnsRecordType.Any) break;
            AddRecord(alias, owner[..ownerLength], ref response);
            ownerLength = DnsName.Write(alias.Target, owner);
            var target = alias.Target.TrimEnd('.').ToLowerInvariant();
            if (ownerLength <= 0 || !IsOurs(target) || RecordsOf(target) is not { } next) break;
            records = next;
        }

        return response.Answers > 0 || response.IsTruncated
            ? response.Finish(DnsResponseCode.NoError)
            : Negative(query, exists: true, zoneLength, ref response);
    }

    private bool IsOurs(string name) => DnsName.IsIn(name, _domain) || _records?.DomainOf(name) is not null;

    private HostRecords? RecordsOf(string name) =>
        _hasServerName && name == _serverName ? new HostRecords { Addresses = _serverAddresses } : _records?.Find(name);

    private void Add(in DnsQuery query, scoped ReadOnlySpan<byte> owner, HostRecords records, ref DnsResponseWriter response)
    {
        for (var i = 0; i < records.Addresses.Count; i++)
        {
            if (query.Type == DnsRecordType.Any || query.Type == DnsResponseWriter.TypeOf(records.Addresses[i]))
                response.AddAddress(owner, Life(records.AddressTimeToLive), records.Addresses[i]);
        }

        for (var i = 0; i < records.Records.Count; i++)
        {
            if (query.Type == DnsRecordType.Any || query.Type == DnsRecordData.TypeOf(records.Records[i]))
                AddRecord(records.Records[i], owner, ref response);
        }
    }

    private void AddRecord(HostRecord record, scoped ReadOnlySpan<byte> owner, ref DnsResponseWriter response)
    {
        Span<byte> data = stackalloc byte[DnsRecordData.MaxLength];
        var length = DnsRecordData.Write(record, data);
        if (length > 0) response.AddAnswer(owner, DnsRecordData.TypeOf(record), Life(record.TimeToLive), data[..length]);
    }

    private uint Life(TimeSpan? timeToLive) => timeToLive is { } life ? (uint)Math.Clamp(life.TotalSeconds, 0, int.MaxValue) : _timeToLive;

    private int Addresses(in DnsQuery query, ref DnsResponseWriter response, IReadOnlyList<IPAddress> addresses, int zoneLength)
    {
        response.IsAuthoritative = true;
        for (var i = 0; i < addresses.Count; i++)
        {
            if (query.Type == DnsRecordType.Any || query.Type == DnsResponseWriter.TypeOf(addresses[i]))
                response.AddAddress(DnsName.OfQuestion, _timeToLive, addresses[i]);
        }

        return response.Answers > 0 || response.IsTruncated
            ? response.Finish(DnsResponseCode.NoError)
            : Negative(query, exists: true, zoneLength, ref response);
    }

    private int Reverse(in DnsQuery query, scoped ReverseName name, ReverseMatch match, int zoneLength, ref DnsResponseWriter response)
    {
        if (match == ReverseMatch.Apex) return Apex(query, zoneLength, ref response, null);
        if (match != ReverseMatch.Address) return Negative(query, match == ReverseMatch.Between, zoneLength, ref response);
        var address = AddressOf(name.Address);
        Span<byte> target = stackalloc byte[DnsName.MaxLength];
        var length = TargetAt(address, target);
        if (length <= 0) return Negative(query, exists: false, zoneLength, ref response);
        if (query.Type is not (DnsRecordType.Pointer or DnsRecordType.Any)) return Negative(query, exists: true, zoneLength, ref response);
        response.IsAuthoritative = true;
        response.AddAnswer(DnsName.OfQuestion, DnsRecordType.Pointer, _timeToLive, target[..length]);
        return response.Finish(DnsResponseCode.NoError);
    }

    private int TargetAt(IPAddress address, Span<byte> target)
    {
        foreach (var own in _serverAddresses)
        {
            if (!own.Equals(address)) continue;
            _serverWire.CopyTo(target);
            return _serverWire.Length;
        }

        if (_records is not null) return _records.NameAt(address) is { } name ? DnsName.Write(name, target) : 0;
        if (_hosts.HostAt(address) is not { } host
            || DnsName.Write(host, target) is not (> 0 and var length)
            || length - 1 + _domainWire.Length > target.Length) return 0;
        _domainWire.CopyTo(target[(length - 1)..]); // in place of the root
        return length - 1 + _domainWire.Length;
    }

    private int Apex(in DnsQuery query, int zoneLength, ref DnsResponseWriter response, HostRecords? records)
    {
        response.IsAuthoritative = true;
        Span<byte> start = stackalloc byte[StartLength];
        if (query.Type is DnsRecordType.StartOfAuthority or DnsRecordType.Any)
            response.AddAnswer(DnsName.OfQuestion, DnsRecordType.StartOfAuthority, _timeToLive, Start(start));
        if (query.Type is DnsRecordType.NameServer or DnsRecordType.Any)
            response.AddAnswer(DnsName.OfQuestion, DnsRecordType.NameServer, _timeToLive, _serverWire);
        if (records is not null) Add(query, DnsName.OfQuestion, records, ref response);
        return response.Answers > 0 || response.IsTruncated
            ? response.Finish(DnsResponseCode.NoError)
            : Negative(query, exists: true, zoneLength, ref response);
    }

    /// <summary>No record of this type, or no such name; the zone's start says how long that may be kept (RFC 2308).</summary>
    private int Negative(in DnsQuery query, bool exists, int zoneLength, ref DnsResponseWriter response)
    {
        response.IsAuthoritative = true;
        var zone = DnsQuery.HeaderLength + query.NameLength - zoneLength; // the zone's name is the end of the question's
        Span<byte> start = stackalloc byte[StartLength];
        response.AddAuthority([(byte)(0xc0 | (zone >> 8)), (byte)zone], DnsRecordType.StartOfAuthority, _timeToLive, Start(start));
        return response.Finish(exists ? DnsResponseCode.NoError : DnsResponseCode.NoSuchName);
    }

    private int StartLength => _startPrefix.Length + 20;

    // RFC 1035 section 3.3.13: server, mailbox, serial, then refresh, retry and expire for secondaries, and the negative time to live.
    private ReadOnlySpan<byte> Start(Span<byte> data)
    {
        _startPrefix.CopyTo(data);
        var numbers = data[_startPrefix.Length..];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, _hosts.Serial);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], 3600);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[8..], 600);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[12..], 86400);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[16..], _timeToLive);
        return data;
    }

    private IPAddress AddressOf(ReadOnlySpan<byte> octets)
    {
        var hash = new HashCode();
        hash.AddBytes(octets);
        ref var slot = ref _recent[(uint)hash.ToHashCode() % RecentAddresses];
        Span<byte> present = stackalloc byte[16];
        if (Volatile.Read(ref slot) is { } recent
            && recent.TryWriteBytes(present, out var length)
            && octets.SequenceEqual(present[..length]))
            return recent;
        var address = new IPAddress(octets);
        Volatile.Write(ref slot, address);
        return address;
    }

    /// <summary>The octets that the last labels of the name take, the root included.</summary>
    private static int ZoneLength(ReadOnlySpan<byte> message, ReadOnlySpan<char> name, int zoneLabels)
    {
        var wire = message[DnsQuery.HeaderLength..];
        var at = 0;
        for (var skip = name.Count('.') + 1 - zoneLabels; skip > 0; skip--) at += 1 + wire[at];
        return DnsName.TryMeasure(wire[at..], out var length) ? length : 1;
    }

    /// <param name="Owner">Its name on the wire.</param>
    /// <param name="Type">Its type; of no meaning for an address.</param>
    /// <param name="TimeToLive">In seconds.</param>
    /// <param name="Address">The address; <see langword="null"/> for another record.</param>
    private sealed record ZoneRecord(byte[] Owner, DnsRecordType Type, uint TimeToLive, IPAddress? Address = null)
    {
        /// <summary>Its data; <see langword="null"/> for an address, and for the start and the name server of the zone.</summary>
        public byte[]? Data { get; init; }
    }
}

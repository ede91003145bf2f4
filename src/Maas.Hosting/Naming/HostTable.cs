using System.Net;
using Maas.Boot;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Naming;

/// <summary>
/// Which name has which addresses and records at one moment, and which address has which name: machines and devices with their addresses
/// and what is leased to their network cards, and the names that operators chose.
/// </summary>
internal sealed class HostTable
{
    private readonly Dictionary<string, HostRecords> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, string> _hosts = [];
    private readonly string _domain;
    private readonly HashSet<string> _otherDomains;

    private HostTable(string domain, IEnumerable<string> otherDomains)
    {
        _domain = domain;
        _otherDomains = new HashSet<string>(otherDomains, StringComparer.Ordinal);
    }

    /// <summary>The names below the domain of this host, in no particular order.</summary>
    public IEnumerable<string> Names =>
        _names.Keys.Where(name => DomainOf(name) is null && name.EndsWith("." + _domain, StringComparison.Ordinal))
            .Select(name => name[..^(_domain.Length + 1)]);

    /// <summary>The table of machines and leases, and of what operators chose.</summary>
    /// <remarks>
    /// A machine is found at what its cards lease. One that leases nothing here (its addresses come from elsewhere) is found where it
    /// reported from last, unless another card leases that now. A machine that is <see cref="MachineStatus.New"/> has no name: everybody on
    /// the link can enlist one, under any name.
    /// </remarks>
    /// <param name="machines">All machines.</param>
    /// <param name="leases">What is leased now.</param>
    /// <param name="domain">The domain of this host. Machines of a domain that is not served have no name.</param>
    /// <param name="names">The names that operators chose; <see langword="null"/> for none.</param>
    /// <param name="devices">All devices; <see langword="null"/> for none.</param>
    public static HostTable Of(
        IReadOnlyList<Machine> machines, IEnumerable<(IPAddress Address, HardwareAddress Hardware)> leases, string domain,
        DnsSnapshot? names = null, IReadOnlyList<Device>? devices = null)
    {
        domain = domain.Trim('.').ToLowerInvariant();
        List<Domain> domains = [.. names?.Topology.Domains.Where(each => each.Authoritative || each.Name == domain) ?? []];
        var table = new HostTable(domain, domains.Select(each => each.Name).Where(name => name != domain));
        List<(IPAddress Address, HardwareAddress Hardware)> leased = [.. leases];
        table.AddMachines(machines, leased, domains);
        table.AddDevices(devices ?? [], leased, domains);
        if (names is not null)
        {
            // A machine comes first: what reverses to an address is the machine that has it.
            foreach (var (name, records) in StoredRecords.Of(names, domains)) table.Merge(name, records);
        }

        table.AddNamesBetween();
        return table;
    }

    /// <summary>
    /// The addresses of a host of the domain; empty when it has none now, <see langword="null"/> when there is no such host.
    /// </summary>
    public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> name)
    {
        Span<char> whole = stackalloc char[name.Length + 1 + _domain.Length];
        name.CopyTo(whole);
        whole[name.Length] = '.';
        _domain.CopyTo(whole[(name.Length + 1)..]);
        return Find(whole)?.Addresses;
    }

    /// <summary>The host of the domain that has an address.</summary>
    public string? HostAt(IPAddress address) =>
        NameAt(address) is { } name && name.EndsWith("." + _domain, StringComparison.Ordinal) ? name[..^(_domain.Length + 1)] : null;

    /// <summary>The complete name of the host that has an address.</summary>
    public string? NameAt(IPAddress address) => _hosts.GetValueOrDefault(address);

    /// <summary>The domain beside this host's that a name is in.</summary>
    public string? DomainOf(ReadOnlySpan<char> name)
    {
        if (_otherDomains.Count == 0) return null;
        var others = _otherDomains.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rest = name; ;)
        {
            if (rest.SequenceEqual(_domain)) return null;
            if (others.TryGetValue(rest, out var domain)) return domain;
            var dot = rest.IndexOf('.');
            if (dot < 0) return null;
            rest = rest[(dot + 1)..];
        }
    }

    /// <summary>The records of a name; of one that does not exist, those of the closest <c>*</c> above it (RFC 4592).</summary>
    public HostRecords? Find(ReadOnlySpan<char> name)
    {
        var names = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (names.TryGetValue(name, out var records)) return records;
        Span<char> wildcard = stackalloc char[name.Length + 2];
        for (var rest = name; rest.IndexOf('.') is var dot and >= 0;)
        {
            rest = rest[(dot + 1)..];
            "*.".CopyTo(wildcard);
            rest.CopyTo(wildcard[2..]);
            if (names.TryGetValue(wildcard[..(rest.Length + 2)], out records)) return records;
            if (names.ContainsKey(rest) || rest.SequenceEqual(_domain)
                || _otherDomains.GetAlternateLookup<ReadOnlySpan<char>>().Contains(rest))
                return null;
        }

        return null;
    }

    /// <summary>Whether both say the same of everything.</summary>
    public bool Says(HostTable other) =>
        _names.Count == other._names.Count
        && _otherDomains.SetEquals(other._otherDomains)
        && _names.All(name => other._names.TryGetValue(name.Key, out var records) && AreSame(name.Value, records));

    private static bool AreSame(HostRecords one, HostRecords other) => one.AddressTimeToLive == other.AddressTimeToLive
        && one.Addresses.SequenceEqual(other.Addresses) && one.Records.Select(Describe).SequenceEqual(other.Records.Select(Describe));

    private static string Describe(HostRecord record) => record switch
    {
        HostRecord.Text text => $"{text.TimeToLive} {string.Join('\n', text.Texts)}",
        HostRecord.SshFingerprint print =>
            $"{print.TimeToLive} {print.Algorithm} {print.HashType} {Convert.ToHexString(print.Fingerprint.Span)}",
        _ => record.ToString(),
    };

    private void AddMachines(
        IReadOnlyList<Machine> machines, IEnumerable<(IPAddress Address, HardwareAddress Hardware)> leases, List<Domain> domains)
    {
        var byMac = leases.ToLookup(lease => lease.Hardware.ToMacAddress(), lease => lease.Address);
        var leased = byMac.SelectMany(group => group).ToHashSet();
        var ttls = domains.ToDictionary(each => each.Name, each => each.Ttl, StringComparer.Ordinal);
        Dictionary<string, List<IPAddress>> addresses = new(StringComparer.Ordinal);
        List<(Machine Machine, string Name)> named =
        [
            .. machines.Where(machine => machine.Status != MachineStatus.New)
                .Select(machine => (machine, Domain: machine.Domain.ToLowerInvariant()))
                .Where(each => each.Domain == _domain || _otherDomains.Contains(each.Domain))
                .Select(each => (each.machine, $"{each.machine.Hostname}.{each.Domain}")),
        ];
        foreach (var (machine, name) in named)
        {
            addresses.TryAdd(name, []);
            foreach (var address in machine.MacAddresses.SelectMany(mac => byMac[mac])) Add(name, address);
        }

        foreach (var (machine, name) in named)
        {
            if (addresses[name].Count > 0) continue;
            if (machine.IpAddresses is [var last, ..] && IPAddress.TryParse(last, out var address) && !leased.Contains(address))
                Add(name, address);
        }

        foreach (var (name, list) in addresses)
        {
            var ttl = ttls.GetValueOrDefault(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
            _names[name] = new HostRecords
            {
                Addresses = list, AddressTimeToLive = ttl is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
        }

        void Add(string name, IPAddress address)
        {
            if (_hosts.TryAdd(address, name)) addresses[name].Add(address);
        }
    }

    // A device has the addresses of its links, and what its cards lease.
    private void AddDevices(
        IReadOnlyList<Device> devices, List<(IPAddress Address, HardwareAddress Hardware)> leases, List<Domain> domains)
    {
        if (devices.Count == 0) return;
        var byMac = leases.ToLookup(lease => lease.Hardware.ToMacAddress(), lease => lease.Address);
        var ttls = domains.ToDictionary(each => each.Name, each => each.Ttl, StringComparer.Ordinal);
        foreach (var device in devices)
        {
            var domain = device.Domain.ToLowerInvariant();
            if (domain != _domain && !_otherDomains.Contains(domain)) continue;
            var name = $"{device.Hostname}.{domain}";
            if (_names.ContainsKey(name)) continue;
            _names[name] = new HostRecords
            {
                Addresses =
                [
                    .. device.IpAddresses.Concat(device.MacAddresses.SelectMany(mac => byMac[mac]))
                        .Where(address => _hosts.TryAdd(address, name)),
                ],
                AddressTimeToLive = ttls.GetValueOrDefault(domain) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
        }
    }

    private void Merge(string name, HostRecords records)
    {
        if (!name.StartsWith('*'))
        {
            foreach (var address in records.Addresses) _hosts.TryAdd(address, name);
        }

        if (!_names.TryGetValue(name, out var machine))
        {
            _names[name] = records;
            return;
        }

        // A machine has this name, so it is no alias. RFC 2181 section 5.2: one time to live for all addresses, the shorter one.
        _names[name] = new HostRecords
        {
            Addresses = [.. machine.Addresses.Union(records.Addresses)],
            AddressTimeToLive = machine.AddressTimeToLive is { } one && records.AddressTimeToLive is { } other
                ? (one < other ? one : other) : records.AddressTimeToLive ?? machine.AddressTimeToLive,
            Records = [.. records.Records.Where(record => record is not HostRecord.CanonicalName)],
        };
    }

    // RFC 8020: a name exists when one below it does.
    private void AddNamesBetween()
    {
        foreach (var name in _names.Keys.ToList())
        {
            for (var rest = name; rest.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0;)
            {
                rest = rest[(dot + 1)..];
                if (rest == _domain || _otherDomains.Contains(rest)) break;
                _names.TryAdd(rest, HostRecords.None);
            }
        }
    }
}

using System.Collections.Frozen;

namespace Maas.Core.Topology;

/// <summary>All domains, DNS names and their records as of one moment. Immutable.</summary>
public sealed class DnsSnapshot
{
    private readonly FrozenDictionary<long, DnsResource> _resources;
    private readonly FrozenDictionary<(long Domain, string Name), DnsResource> _byName;
    private readonly FrozenDictionary<long, DnsRecord> _records;
    private readonly ILookup<long, DnsRecord> _recordsByResource;
    private readonly ILookup<long, DnsResource> _byDomain;

    internal DnsSnapshot(
        TopologySnapshot topology, DnsSerial serial, IReadOnlyList<DnsResource> resources, IReadOnlyList<DnsRecord> records)
    {
        (Topology, SerialRecord, Resources, Records) = (topology, serial, resources, records);
        _resources = resources.ToFrozenDictionary(resource => resource.Id);
        _byName = resources.ToFrozenDictionary(resource => (resource.DomainId, resource.Name));
        _byDomain = resources.ToLookup(resource => resource.DomainId);
        _records = records.ToFrozenDictionary(record => record.Id);
        _recordsByResource = records.ToLookup(record => record.ResourceId);
    }

    /// <summary>The domains, among the other nouns that nodes share.</summary>
    public TopologySnapshot Topology { get; }

    /// <summary>The serial number that an operator set last; <see langword="null"/> for none.</summary>
    public uint? Serial => SerialRecord.Value;

    /// <summary>Rises with each change of a name or a record.</summary>
    public long Version => SerialRecord.Version;

    /// <summary>When <see cref="Serial"/> was set.</summary>
    public DateTimeOffset SerialSetAt => SerialRecord.SetAt;

    /// <summary>Names by id.</summary>
    public IReadOnlyList<DnsResource> Resources { get; }

    /// <summary>Records by id.</summary>
    public IReadOnlyList<DnsRecord> Records { get; }

    internal DnsSerial SerialRecord { get; }

    /// <summary>The name; <see langword="null"/> for none.</summary>
    public DnsResource? FindResource(long id) => _resources.GetValueOrDefault(id);

    /// <summary>The name in a domain; <see langword="null"/> for none.</summary>
    /// <param name="domainId">Id of the domain.</param>
    /// <param name="name">The name below the domain.</param>
    public DnsResource? FindResource(long domainId, string name) => _byName.GetValueOrDefault((domainId, name));

    /// <summary>The record; <see langword="null"/> for none.</summary>
    public DnsRecord? FindRecord(long id) => _records.GetValueOrDefault(id);

    /// <summary>The records of a name.</summary>
    public IEnumerable<DnsRecord> RecordsOf(long resourceId) => _recordsByResource[resourceId];

    /// <summary>The names in a domain.</summary>
    public IEnumerable<DnsResource> ResourcesOf(long domainId) => _byDomain[domainId];

    /// <summary>How many records a domain has that an operator chose, addresses included.</summary>
    public int CountRecords(long domainId) =>
        ResourcesOf(domainId).Sum(resource => resource.Addresses.Count + RecordsOf(resource.Id).Count());

    /// <summary>The name of the domain of a name.</summary>
    public string DomainOf(DnsResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Topology.Domains.FirstOrDefault(domain => domain.Id == resource.DomainId)?.Name ?? "";
    }
}

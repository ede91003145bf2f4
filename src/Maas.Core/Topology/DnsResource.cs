using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A name in a DNS domain that an operator chose, with its addresses. Its other records are <see cref="DnsRecord"/>s.</summary>
public sealed record DnsResource : StoredRecord
{
    /// <summary>The <see cref="Name"/> of the domain itself.</summary>
    public const string Apex = "@";

    /// <summary>Id of the domain.</summary>
    public long DomainId { get; init; }

    /// <summary>
    /// The name below the domain, lower case; <c>@</c> for the domain itself, <c>*</c> for all names that do not exist. Unique in the
    /// domain.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Its addresses, without duplicates.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Time to live of the addresses in seconds; <see langword="null"/> for the domain's.</summary>
    public int? AddressTtl { get; init; }

    /// <summary>The name with its domain.</summary>
    /// <param name="domain">The name of the domain.</param>
    public string FullName(string domain) => Name == Apex ? domain : $"{Name}.{domain}";

    /// <inheritdoc/>
    public bool Equals(DnsResource? other) => other is not null && (Id, Version, DomainId, Name, AddressTtl)
        == (other.Id, other.Version, other.DomainId, other.Name, other.AddressTtl) && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Version, DomainId, Name, AddressTtl);
}

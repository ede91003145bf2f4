using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A DNS domain. Clients know it by <see cref="StoredRecord.Id"/> - 1.</summary>
public sealed record Domain : StoredRecord
{
    /// <summary>Its name, lower case; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Whether this server is authoritative for it.</summary>
    public bool Authoritative { get; init; } = true;

    /// <summary>Default time to live of its records in seconds; <see langword="null"/> for the server's default.</summary>
    public int? Ttl { get; init; }

    /// <summary>Whether new nodes are in it; true of exactly one domain.</summary>
    public bool IsDefault { get; init; }
}

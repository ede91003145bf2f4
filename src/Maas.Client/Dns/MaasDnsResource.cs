namespace Maas.Client.Dns;

/// <summary>A name with its addresses and records.</summary>
public sealed record MaasDnsResource
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The name.</summary>
    public string Fqdn { get => field ?? ""; init; }

    /// <summary>Seconds; null for the default.</summary>
    public int? AddressTtl { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<MaasDnsAddress> IpAddresses { get => field ?? []; init; }

    /// <summary>Its other records.</summary>
    public IReadOnlyList<MaasDnsRecord> ResourceRecords { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

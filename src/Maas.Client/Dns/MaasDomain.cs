namespace Maas.Client.Dns;

/// <summary>A DNS domain.</summary>
public sealed record MaasDomain
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Whether the server answers for it.</summary>
    public bool Authoritative { get; init; }

    /// <summary>Whether new machines are in it.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Seconds; null for the default.</summary>
    public int? Ttl { get; init; }

    /// <summary>How many records it has.</summary>
    public int ResourceRecordCount { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

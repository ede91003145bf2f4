namespace Maas.Client.Dns;

/// <summary>A record that is not an address: CNAME, MX, NS, SRV, SSHFP, TXT.</summary>
public sealed record MaasDnsRecord
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The name.</summary>
    public string Fqdn { get => field ?? ""; init; }

    /// <summary>The type.</summary>
    public string Rrtype { get => field ?? ""; init; }

    /// <summary>The data.</summary>
    public string Rrdata { get => field ?? ""; init; }

    /// <summary>Seconds; null for the default.</summary>
    public int? Ttl { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

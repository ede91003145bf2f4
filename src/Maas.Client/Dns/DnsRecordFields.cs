namespace Maas.Client.Dns;

/// <summary>The arguments of a record.</summary>
public sealed record DnsRecordFields : IMaasFields
{
    /// <summary>The name without the domain.</summary>
    public string? Name { get; init; }

    /// <summary>The domain.</summary>
    public string? Domain { get; init; }

    /// <summary>The name with the domain, instead of both.</summary>
    public string? Fqdn { get; init; }

    /// <summary>The type.</summary>
    public string? Rrtype { get; init; }

    /// <summary>The data.</summary>
    public string? Rrdata { get; init; }

    /// <summary>Seconds.</summary>
    public long? Ttl { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("domain", Domain)
            .Add("fqdn", Fqdn)
            .Add("rrtype", Rrtype)
            .Add("rrdata", Rrdata)
            .Add("ttl", Ttl);
    }
}

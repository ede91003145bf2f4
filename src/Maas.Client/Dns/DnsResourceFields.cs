namespace Maas.Client.Dns;

/// <summary>The arguments of a name.</summary>
public sealed record DnsResourceFields : IMaasFields
{
    /// <summary>The name without the domain.</summary>
    public string? Name { get; init; }

    /// <summary>The domain.</summary>
    public string? Domain { get; init; }

    /// <summary>The name with the domain, instead of both.</summary>
    public string? Fqdn { get; init; }

    /// <summary>Seconds.</summary>
    public long? AddressTtl { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<string>? IpAddresses { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("domain", Domain)
            .Add("fqdn", Fqdn)
            .Add("address_ttl", AddressTtl)
            .Add("ip_addresses", IpAddresses);
    }
}

namespace Maas.Client.Dns;

/// <summary>The arguments of a domain.</summary>
public sealed record DomainFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the server answers for it.</summary>
    public bool? Authoritative { get; init; }

    /// <summary>Seconds.</summary>
    public long? Ttl { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("authoritative", Authoritative)
            .Add("ttl", Ttl);
    }
}

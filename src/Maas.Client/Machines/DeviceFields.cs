namespace Maas.Client.Machines;

/// <summary>The arguments of a device.</summary>
public sealed record DeviceFields : IMaasFields
{
    /// <summary>Its host name.</summary>
    public string? Hostname { get; init; }

    /// <summary>Its DNS domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Its hardware addresses; only when it is created.</summary>
    public IReadOnlyList<string>? MacAddresses { get; init; }

    /// <summary>The machine it is on, by system id.</summary>
    public string? Parent { get; init; }

    /// <summary>Its zone.</summary>
    public string? Zone { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("hostname", Hostname).Add("domain", Domain).Add("description", Description)
        .Add("mac_addresses", MacAddresses).Add("parent", Parent).Add("zone", Zone);
}

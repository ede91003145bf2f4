namespace Maas.Client.Networks;

/// <summary>The arguments of <see cref="InterfacesClient.LinkSubnetAsync"/>.</summary>
public sealed record LinkFields : IMaasFields
{
    /// <summary>AUTO, DHCP, STATIC or LINK_UP.</summary>
    public string? Mode { get; init; }

    /// <summary>The number or network of the subnet.</summary>
    public string? Subnet { get; init; }

    /// <summary>With STATIC: the address; the next free one by default.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Whether to remove other links first.</summary>
    public bool? Force { get; init; }

    /// <summary>Whether the router of the subnet becomes the default route.</summary>
    public bool? DefaultGateway { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("mode", Mode)
            .Add("subnet", Subnet)
            .Add("ip_address", IpAddress)
            .Add("force", Force)
            .Add("default_gateway", DefaultGateway);
    }
}

namespace Maas.Client.Networks;

/// <summary>The arguments of a reserved address.</summary>
public sealed record ReservedIpFields : IMaasFields
{
    /// <summary>The address.</summary>
    public string? Ip { get; init; }

    /// <summary>The interface.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The number of its subnet.</summary>
    public string? Subnet { get; init; }

    /// <summary>Free text.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("ip", Ip)
            .Add("mac_address", MacAddress)
            .Add("subnet", Subnet)
            .Add("comment", Comment);
    }
}

namespace Maas.Client.Networks;

/// <summary>The arguments of an address range.</summary>
public sealed record IpRangeFields : IMaasFields
{
    /// <summary>dynamic or reserved.</summary>
    public string? Type { get; init; }

    /// <summary>The first address.</summary>
    public string? StartIp { get; init; }

    /// <summary>The last address.</summary>
    public string? EndIp { get; init; }

    /// <summary>The number or network of its subnet.</summary>
    public string? Subnet { get; init; }

    /// <summary>Free text.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("type", Type)
            .Add("start_ip", StartIp)
            .Add("end_ip", EndIp)
            .Add("subnet", Subnet)
            .Add("comment", Comment);
    }
}

using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>An address of an interface.</summary>
public sealed record MaasInterfaceLink
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>auto, dhcp, static or link_up.</summary>
    public string Mode { get => field ?? ""; init; }

    /// <summary>Its subnet; null without one.</summary>
    [JsonConverter(typeof(SubnetReferenceConverter))]
    public MaasSubnet? Subnet { get; init; }

    /// <summary>The address; null until there is one.</summary>
    public string? IpAddress { get; init; }
}

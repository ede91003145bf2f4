using System.Text.Json.Serialization;
using Maas.Client.Dns;
using Maas.Client.Networks;
using Maas.Client.Placement;

namespace Maas.Client.Machines;

/// <summary>A device: something with a name and addresses that the server does not install.</summary>
public sealed record MaasDevice
{
    /// <summary>Its identifier.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its host name without the domain.</summary>
    public string Hostname { get => field ?? ""; init; }

    /// <summary>Its host name with the domain.</summary>
    public string Fqdn { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>The machine it is on, by system id; null for none.</summary>
    public string? Parent { get; init; }

    /// <summary>The user who owns it.</summary>
    public string? Owner { get; init; }

    /// <summary>Its tags.</summary>
    [JsonPropertyName("tag_names")]
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<string> IpAddresses { get => field ?? []; init; }

    /// <summary>Its zone.</summary>
    [JsonConverter(typeof(ZoneReferenceConverter))]
    public MaasZone? Zone { get; init; }

    /// <summary>Its DNS domain.</summary>
    [JsonConverter(typeof(DomainReferenceConverter))]
    public MaasDomain? Domain { get; init; }

    /// <summary>Its network interfaces.</summary>
    [JsonPropertyName("interface_set")]
    public IReadOnlyList<MaasInterface> Interfaces { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

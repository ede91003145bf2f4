using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>A network interface of a machine or a device.</summary>
public sealed record MaasInterface
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its name in the installed system.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>physical, bond, bridge or vlan.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Its hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Whether it is used.</summary>
    public bool Enabled { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>Its VLAN; null when disconnected.</summary>
    [JsonConverter(typeof(VlanReferenceConverter))]
    public MaasVlan? Vlan { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<MaasInterfaceLink> Links { get => field ?? []; init; }

    /// <summary>The largest packet, in bytes.</summary>
    public int EffectiveMtu { get; init; }

    /// <summary>The names of the interfaces it is made of.</summary>
    public IReadOnlyList<string> Parents { get => field ?? []; init; }

    /// <summary>The names of the interfaces that are made of it.</summary>
    public IReadOnlyList<string> Children { get => field ?? []; init; }

    /// <summary>Parameters of bonds and bridges, and mtu, accept_ra.</summary>
    public IReadOnlyDictionary<string, string> Params { get => field ?? new Dictionary<string, string>(); init; }

    /// <summary>Whether a cable is connected.</summary>
    public bool LinkConnected { get; init; }

    /// <summary>The highest speed, in Mbit/s.</summary>
    public int InterfaceSpeed { get; init; }

    /// <summary>The present speed, in Mbit/s; 0 without link.</summary>
    public int LinkSpeed { get; init; }

    /// <summary>The maker.</summary>
    public string? Vendor { get; init; }

    /// <summary>The model.</summary>
    public string? Product { get; init; }

    /// <summary>The version of its firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}

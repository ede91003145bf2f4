using System.Globalization;
using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A VLAN of a fabric.</summary>
public sealed record Vlan : StoredRecord
{
    /// <summary>The id of the untagged VLAN of the fabric that exists from the start.</summary>
    public const long DefaultId = 5001;

    /// <summary>The fabric.</summary>
    public long FabricId { get; init; }

    /// <summary>The tag, 1 to 4094; 0 for the untagged VLAN.</summary>
    public int Vid { get; init; }

    /// <summary>The name that was given; empty for <c>untagged</c> or the tag.</summary>
    public string GivenName { get; init; } = "";

    /// <summary>Its name.</summary>
    [JsonIgnore]
    public string Name => GivenName.Length > 0 ? GivenName : Vid == 0 ? "untagged" : Vid.ToString(CultureInfo.InvariantCulture);

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>MTU in octets, 552 to 65535.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Whether this server's DHCP server serves it.</summary>
    public bool DhcpOn { get; init; }

    /// <summary>The VLAN whose DHCP server serves this one through a relay agent; <see langword="null"/> for none.</summary>
    public long? RelayVlanId { get; init; }

    /// <summary>The space; <see langword="null"/> for none.</summary>
    public long? SpaceId { get; init; }

    /// <summary>The rack controller that serves DHCP; <see langword="null"/> for none.</summary>
    public SystemId? PrimaryRack { get; init; }

    /// <summary>The rack controller that serves DHCP beside it; <see langword="null"/> for none.</summary>
    public SystemId? SecondaryRack { get; init; }
}

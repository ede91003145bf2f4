using Maas.Core;
using Maas.Core.Topology;

namespace Maas.Dashboard.Networks;

/// <summary>The fields of a VLAN's form.</summary>
public sealed class VlanInput
{
    /// <summary>The fabric.</summary>
    public long FabricId { get; set; }

    /// <summary>The tag; 0 for the untagged VLAN.</summary>
    public int Vid { get; set; }

    /// <summary>The name; empty for the tag.</summary>
    public string Name { get; set; } = "";

    /// <summary>Description.</summary>
    public string Description { get; set; } = "";

    /// <summary>MTU in octets.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>Whether this server serves DHCP on it.</summary>
    public bool DhcpOn { get; set; }

    /// <summary>The VLAN whose DHCP server serves it through a relay agent; 0 for none.</summary>
    public long RelayVlanId { get; set; }

    /// <summary>The space; 0 for none.</summary>
    public long SpaceId { get; set; }

    /// <summary>System id of the controller that serves DHCP; empty for none.</summary>
    public string PrimaryRack { get; set; } = "";

    /// <summary>System id of the second controller; empty for none.</summary>
    public string SecondaryRack { get; set; } = "";

    /// <summary>The fields of a VLAN.</summary>
    /// <param name="vlan">The stored one.</param>
    public static VlanInput Of(Vlan vlan) => new()
    {
        FabricId = vlan.FabricId,
        Vid = vlan.Vid,
        Name = vlan.GivenName,
        Description = vlan.Description,
        Mtu = vlan.Mtu,
        DhcpOn = vlan.DhcpOn,
        RelayVlanId = vlan.RelayVlanId ?? 0,
        SpaceId = vlan.SpaceId ?? 0,
        PrimaryRack = vlan.PrimaryRack?.ToString() ?? "",
        SecondaryRack = vlan.SecondaryRack?.ToString() ?? "",
    };

    /// <summary>Gives a VLAN the values of the fields.</summary>
    public Func<Vlan, Vlan> ToEdit()
    {
        var wanted = new Vlan
        {
            FabricId = FabricId,
            Vid = Vid,
            GivenName = Name.Trim(),
            Description = Description.Trim(),
            Mtu = Mtu,
            DhcpOn = DhcpOn,
            RelayVlanId = RelayVlanId > 0 ? RelayVlanId : null,
            SpaceId = SpaceId > 0 ? SpaceId : null,
            PrimaryRack = RackOf(PrimaryRack),
            SecondaryRack = RackOf(SecondaryRack),
        };
        return vlan => wanted with { Id = vlan.Id, Version = vlan.Version };
    }

    private static SystemId? RackOf(string text) => SystemId.TryParse(text, out var id) ? id : null;
}

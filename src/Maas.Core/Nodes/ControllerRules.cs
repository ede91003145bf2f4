using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The rules of controllers, in the words of MAAS. Pure functions.</summary>
internal static class ControllerRules
{
    public static (string Field, string Reason)? Check(Controller controller, Controller? before, TopologySnapshot topology) =>
        NodeRules.CheckTexts(controller.Description, new Dictionary<string, string>(), controller.Tags)
        ?? (controller.Domain != before?.Domain && topology.FindDomain(controller.Domain) is null ? ("domain", TopologyRules.NotAChoice)
        : controller.ZoneId != before?.ZoneId && topology.Zones.All(zone => zone.Id != controller.ZoneId)
            ? ("zone", TopologyRules.NotAChoice)
        : null);

    /// <summary>
    /// The controller of this process stays. Another one is deleted with force although it serves DHCP where no other controller can.
    /// </summary>
    public static DeletionRefusal? CheckDeletion(Controller controller, SystemId self, TopologySnapshot topology)
    {
        if (controller.SystemId == self) return new DeletionRefusal("Cannot delete the controller that answers this request.");
        string[] alone =
        [
            .. topology.Vlans.Where(vlan => vlan is { DhcpOn: true, SecondaryRack: null } && vlan.PrimaryRack == controller.SystemId)
                .Select(vlan => vlan.Name),
        ];
        return alone.Length == 0 ? null : new DeletionRefusal(
            $"Unable to delete '{controller.Hostname}'; it is currently set as a primary rack controller on VLANs "
            + $"{string.Join(", ", alone)} and no other rack controller can provide DHCP.",
            MayForce: true);
    }

    /// <summary>The changes of VLANs that a controller serves: the secondary one takes over; without one, DHCP is off.</summary>
    public static IEnumerable<RecordChange> Release(SystemId controller, TopologySnapshot topology) => topology.Vlans
        .Where(vlan => vlan.PrimaryRack == controller || vlan.SecondaryRack == controller)
        .Select(vlan => vlan.PrimaryRack == controller
            ? vlan with { PrimaryRack = vlan.SecondaryRack, SecondaryRack = null, DhcpOn = vlan.DhcpOn && vlan.SecondaryRack is not null }
            : vlan with { SecondaryRack = null })
        .Select(vlan => new RecordChange.Update(TopologyTables.Vlans, vlan));
}

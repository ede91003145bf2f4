using Maas.Core.Records;
using System.Text.RegularExpressions;

namespace Maas.Core.Topology;

/// <summary>The rules of zones, pools, domains, fabrics, VLANs and spaces, in the words of MAAS's forms.</summary>
internal static partial class TopologyRules
{
    public const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";
    private const int LongestName = 256;
    private const int LongestDescription = 4096;
    private const int SmallestMtu = 552;
    private const int LargestMtu = 65535;
    private const int LargestVid = 4094;

    public static (string Field, string Reason)? Check(Zone zone) => CheckTexts(zone.Name, zone.Description);

    public static DeletionRefusal? CheckDeletion(Zone zone) => zone.Id == Zone.DefaultId
        ? new DeletionRefusal("This zone is the default zone, it cannot be deleted.") : null;

    public static (string Field, string Reason)? Check(ResourcePool pool) => CheckTexts(pool.Name, pool.Description);

    public static DeletionRefusal? CheckDeletion(ResourcePool pool) => pool.Id == ResourcePool.DefaultId
        ? new DeletionRefusal("This is the default pool, it cannot be deleted.") : null;

    public static (string Field, string Reason)? Check(Domain domain, TopologySnapshot topology) =>
        domain.Name.Length is 0 ? ("name", FormMessages.Required)
        : domain.Name.Length > 253 || !domain.Name.Split('.').All(label => Label().IsMatch(label))
            ? ("name", $"Invalid domain name: {LogText.From(domain.Name, 64)}.")
        : domain.Ttl is < 1 or > 604_800 ? ("ttl", domain.Ttl < 1 ? FormMessages.AtLeast(1) : FormMessages.AtMost(604_800))
        : !domain.IsDefault && topology.Domains.Any(other => other.Id == domain.Id && other.IsDefault)
            ? ("is_default", "Another domain has to become the default domain.")
        : null;

    public static DeletionRefusal? CheckDeletion(Domain domain) => domain.IsDefault
        ? new DeletionRefusal("This domain is the default domain, it cannot be deleted.") : null;

    public static (string Field, string Reason)? Check(Fabric fabric) =>
        CheckGivenName(fabric.GivenName, fabric.Description)
        ?? (ReservedFabricName().IsMatch(fabric.GivenName) ? ("name", "Reserved fabric name.")
        : fabric.ClassType.Length > LongestName ? ("class_type", FormMessages.TooLong(fabric.ClassType, LongestName))
        : null);

    public static DeletionRefusal? CheckDeletion(Fabric fabric, TopologySnapshot topology)
    {
        if (fabric.Id == Fabric.DefaultId) return new DeletionRefusal("This fabric is the default fabric, it cannot be deleted.");
        var subnets = topology.VlansOf(fabric.Id).SelectMany(vlan => topology.SubnetsOf(vlan.Id)).Select(subnet => subnet.Name).ToList();
        return subnets.Count == 0 ? null
            : new DeletionRefusal($"Can't delete fabric; the following subnets are still present: {string.Join(", ", subnets)}");
    }

    public static (string Field, string Reason)? Check(Space space) =>
        CheckGivenName(space.GivenName, space.Description)
        ?? (ReservedSpaceName().IsMatch(space.GivenName) || space.GivenName == Space.Undefined ? ("name", "Reserved space name.") : null);

    public static (string Field, string Reason)? Check(Vlan vlan, Vlan? before, TopologySnapshot topology)
    {
        if (vlan.Vid is < 0 or > LargestVid) return ("vid", $"VID must be between 0 and {LargestVid}.");
        if (CheckGivenName(vlan.GivenName, vlan.Description) is { } wrong) return wrong;
        if (vlan.Mtu < SmallestMtu) return ("mtu", FormMessages.AtLeast(SmallestMtu));
        if (vlan.Mtu > LargestMtu) return ("mtu", FormMessages.AtMost(LargestMtu));
        if (topology.FindFabric(vlan.FabricId) is null) return ("fabric", NotAChoice);
        if (vlan.SpaceId is { } space && topology.FindSpace(space) is null) return ("space", NotAChoice);
        if (vlan.RelayVlanId is { } relay && (relay == vlan.Id || topology.FindVlan(relay) is null)) return ("relay_vlan", NotAChoice);
        if (vlan.SecondaryRack is not null && vlan.SecondaryRack == vlan.PrimaryRack)
            return ("secondary_rack", "The primary and secondary rack controllers must be different.");
        return vlan.DhcpOn ? CheckDhcp(vlan, before, topology) : null;
    }

    public static DeletionRefusal? CheckDeletion(Vlan vlan, TopologySnapshot topology)
    {
        if (topology.DefaultVlanOf(vlan.FabricId)?.Id == vlan.Id)
            return new DeletionRefusal("This VLAN is the default VLAN in the fabric, it cannot be deleted.");
        var subnets = topology.SubnetsOf(vlan.Id).Select(subnet => subnet.Name).ToList();
        return subnets.Count == 0 ? null
            : new DeletionRefusal($"Can't delete VLAN; the following subnets are still present: {string.Join(", ", subnets)}");
    }

    private static (string Field, string Reason)? CheckDhcp(Vlan vlan, Vlan? before, TopologySnapshot topology)
    {
        if (vlan.RelayVlanId is not null) return ("relay_vlan", "'relay_vlan' cannot be set when dhcp is on.");
        // What is on already stays so: only turning it on is checked.
        if (before is { DhcpOn: true } && vlan.PrimaryRack is not null) return null;
        if (!topology.SubnetsOf(vlan.Id).SelectMany(subnet => topology.RangesOf(subnet.Id))
            .Any(range => range.Type == IpRangeType.Dynamic))
            return ("dhcp_on", "dhcp can only be turned on when a dynamic IP range is defined.");
        return vlan.PrimaryRack is null
            ? (FormMessages.WholeForm, "dhcp can only be turned on when a primary rack controller is set.")
            : null;
    }

    private static (string Field, string Reason)? CheckTexts(string name, string description) =>
        name.Length == 0 ? ("name", FormMessages.Required) : CheckGivenName(name, description);

    private static (string Field, string Reason)? CheckGivenName(string name, string description) =>
        name.Length > LongestName ? ("name", FormMessages.TooLong(name, LongestName))
        : name.Length > 0 && !Name().IsMatch(name) ? ("name", FormMessages.Invalid)
        : description.Length > LongestDescription ? ("description", FormMessages.TooLong(description, LongestDescription))
        : null;

    [GeneratedRegex(@"\A\w[ \w.-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\Afabric-\d+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReservedFabricName();

    [GeneratedRegex(@"\Aspace-\d+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReservedSpaceName();
}

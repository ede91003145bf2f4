using Maas.Core.Constraints;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The constraints of a request on subnets, VLANs, fabrics and link speeds. Pure functions.</summary>
internal static class AllocationNetworks
{
    /// <summary>The constraints with numbers in place of names. Names that do not exist match nothing.</summary>
    public static IEnumerable<NetworkConstraint> Of(AllocationRequest request, TopologySnapshot topology)
    {
        // As in MAAS, a machine must be linked to all of the subnets, also where one specifier names several.
        foreach (var subnet in Subnets(request.Subnets)) yield return OnSubnet([subnet], isNegated: false);
        if (request.NotSubnets.Count > 0) yield return OnSubnet(Subnets(request.NotSubnets), isNegated: true);
        if (request.Vlans.Count > 0) yield return OnVlan(request.Vlans.SelectMany(each => topology.Vlans(each)), isNegated: false);
        if (request.NotVlans.Count > 0) yield return OnVlan(request.NotVlans.SelectMany(each => topology.Vlans(each)), isNegated: true);
        if (request.Fabrics.Count > 0) yield return OnVlan(OfFabrics(request.Fabrics), isNegated: false);
        if (request.NotFabrics.Count > 0) yield return OnVlan(OfFabrics(request.NotFabrics), isNegated: true);
        if (request.FabricClasses.Count > 0) yield return OnVlan(OfClasses(request.FabricClasses), isNegated: false);
        if (request.NotFabricClasses.Count > 0) yield return OnVlan(OfClasses(request.NotFabricClasses), isNegated: true);
        if (request.LinkSpeed is { } speed)
            yield return new NetworkConstraint(new InterfaceCondition.Other((one, _) => one.LinkSpeed >= speed), false);

        IEnumerable<long> Subnets(IEnumerable<string> specifiers) =>
            specifiers.SelectMany(each => topology.Subnets(each)).Select(subnet => subnet.Id).Distinct();

        IEnumerable<Vlan> OfFabrics(IEnumerable<string> names) =>
            names.Select(name => topology.Fabric(name)).OfType<Fabric>().SelectMany(fabric => topology.VlansOf(fabric.Id));

        IEnumerable<Vlan> OfClasses(IReadOnlyList<string> classes) =>
            topology.Vlans.Where(vlan => topology.FindFabric(vlan.FabricId) is { } fabric && classes.Contains(fabric.ClassType));
    }

    private static NetworkConstraint OnSubnet(IEnumerable<long> ids, bool isNegated) =>
        new(new InterfaceCondition.OnSubnet(ids.ToHashSet()), isNegated);

    private static NetworkConstraint OnVlan(IEnumerable<Vlan> vlans, bool isNegated) =>
        new(new InterfaceCondition.OnVlan(vlans.Select(vlan => vlan.Id).ToHashSet()), isNegated);
}

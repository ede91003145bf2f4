using Maas.Core.Constraints;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>
/// What constraints on networks ask of the index of links: what leaves out machines that cannot fit. A machine without a stored
/// configuration has no index and is not left out. Pure functions.
/// </summary>
internal static class LinkIndex
{
    /// <summary>What must hold of the links of a machine whose interfaces fit.</summary>
    public static IEnumerable<NodeRecordCondition> ConditionsOf(NetworkConstraint constraint) =>
        ConditionOf([constraint.Condition]) is { } condition ? [condition with { IsAbsent = constraint.IsNegated }] : [];

    /// <summary>What must hold of the links of a machine that has an interface as asked.</summary>
    public static IEnumerable<NodeRecordCondition> ConditionsOf(InterfaceConstraint constraint) =>
        constraint.Terms.Where(term => !term.IsNegated).Select(term => ConditionOf(term.AnyOf)).OfType<NodeRecordCondition>();

    private static NodeRecordCondition? ConditionOf(IReadOnlyList<InterfaceCondition> anyOf)
    {
        var vlans = anyOf.OfType<InterfaceCondition.OnVlan>().ToList();
        if (vlans.Count == anyOf.Count) return Linked("vlan", vlans.SelectMany(each => each.Ids));
        var subnets = anyOf.OfType<InterfaceCondition.OnSubnet>().ToList();
        return subnets.Count == anyOf.Count ? Linked("subnet", subnets.SelectMany(each => each.Ids)) : null;
    }

    private static NodeRecordCondition Linked(string column, IEnumerable<long> ids) =>
        new(NodeTables.Links, [new RecordCondition.In(column, [.. ids.Distinct().Cast<object>()])]) { Unless = NodeTables.Configs };
}

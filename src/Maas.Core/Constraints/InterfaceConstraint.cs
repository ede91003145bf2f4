using System.Globalization;
using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Core.Constraints;

/// <summary>
/// An interface that a machine must have. All terms must hold of the same interface. Of the values of one key one must hold; of those of a
/// key with <c>not_</c>, none.
/// </summary>
/// <param name="Label">The name under which the answer tells the interfaces.</param>
/// <param name="Terms">What is asked of the interface.</param>
internal sealed record InterfaceConstraint(string Label, IReadOnlyList<InterfaceConstraint.Term> Terms)
{
    private const string Negation = "not_";

    private static readonly string[] Keys =
    [
        "id", "fabric", "fabric_class", "ip", "name", "hostname", "subnet", "space", "subnet_cidr", "vlan", "vid", "tag",
        "mode", "type", "link_speed",
    ];

    private static readonly string[] NotNegated = ["mode", "type", "link_speed"];

    /// <summary>Looks up what a constraint names.</summary>
    /// <param name="constraint">The constraint.</param>
    /// <param name="topology">The shared nouns.</param>
    /// <param name="resolved">The constraint with numbers in place of names.</param>
    /// <returns>Why it makes no sense, in MAAS's words; <see langword="null"/> when it does.</returns>
    public static string? TryResolve(LabeledConstraint constraint, TopologySnapshot topology, out InterfaceConstraint resolved)
    {
        List<Term> terms = [];
        resolved = new InterfaceConstraint(constraint.Label, terms);
        foreach (var group in constraint.Terms.GroupBy(term => term.Key, term => term.Value, StringComparer.Ordinal))
        {
            var isNegated = group.Key.StartsWith(Negation, StringComparison.Ordinal);
            var key = isNegated ? group.Key[Negation.Length..] : group.Key;
            // MAAS-WORDING: the message has one quotation mark.
            if (!Keys.Contains(key) || (isNegated && NotNegated.Contains(key)))
                return $"Unknown interfaces constraint: '{LabeledConstraint.Echo(group.Key)}";
            List<InterfaceCondition> conditions = [];
            foreach (var value in group)
            {
                if (TryRead(key, value, topology, out var condition) is { } wrong) return wrong;
                conditions.Add(condition);
            }

            terms.Add(new Term(conditions, isNegated));
        }

        return null;
    }

    /// <summary>The numbers of a machine's interfaces that fit, ascending.</summary>
    public IReadOnlyList<long> Match(NetworkConfig config, string hostname) =>
        [.. config.Interfaces.Where(one => Terms.All(term => term.Holds(one, hostname))).Select(one => one.Id).Order()];

    private static string? TryRead(string key, string value, TopologySnapshot topology, out InterfaceCondition condition)
    {
        condition = new InterfaceCondition.Other((_, _) => false);
        switch (key)
        {
            case "id":
                if (!TryParse(value, out var id)) return "Interface ID must be numeric.";
                condition = new InterfaceCondition.Other((one, _) => one.Id == id);
                return null;
            case "link_speed":
                if (!TryParse(value, out var speed)) return "Invalid link speed: number required.";
                condition = new InterfaceCondition.Other((one, _) => one.LinkSpeed >= speed);
                return null;
            case "ip":
                if (!IPAddress.TryParse(value, out var address)) return "Enter a valid IPv4 or IPv6 address.";
                condition = new InterfaceCondition.Other((one, _) => one.Links.Any(link => address.Equals(link.Address)));
                return null;
            case "mode":
                if (!string.Equals(value.Trim(), "unconfigured", StringComparison.OrdinalIgnoreCase))
                    return "The only valid value for 'mode' is 'unconfigured'.";
                condition = new InterfaceCondition.Other((one, _) => one.Links.Count == 0 || one.Links.Any(link => link.Address is null));
                return null;
            case "name":
                condition = new InterfaceCondition.Other((one, _) => one.Name == value);
                return null;
            case "type":
                condition = new InterfaceCondition.Other((one, _) => InterfaceNames.NameOf(one.Type) == value);
                return null;
            case "hostname":
                condition = new InterfaceCondition.Other(
                    (_, hostname) => string.Equals(hostname, value, StringComparison.OrdinalIgnoreCase));
                return null;
            case "tag":
                var tags = value.Split("&&");
                condition = new InterfaceCondition.Other((one, _) => tags.All(one.Tags.Contains));
                return null;
            default:
                return TryFind(key, value, topology, out condition);
        }
    }

    // What names a noun that nodes share. One that does not exist matches no interface, except a space, as in MAAS.
    private static string? TryFind(string key, string value, TopologySnapshot topology, out InterfaceCondition condition)
    {
        condition = key switch
        {
            "subnet" => OnSubnets(topology.Subnets(value)),
            "subnet_cidr" => OnSubnets(topology.Subnets($"cidr:{value}")),
            "vlan" => OnVlans(topology.Vlans(value)),
            "vid" => OnVlans(topology.Vlans($"vid:{value}")),
            "fabric" => OnVlans(topology.Fabric(value) is { } fabric ? topology.VlansOf(fabric.Id) : []),
            "fabric_class" => OnVlans(topology.Vlans.Where(vlan => topology.FindFabric(vlan.FabricId)?.ClassType == value)),
            _ => OnVlans(topology.Space(value) is { } space
                ? topology.Vlans.Where(vlan => vlan.SpaceId == space.Id)
                : topology.Vlans.Where(vlan => vlan.SpaceId is null)),
        };
        return key switch
        {
            "vid" when TopologySpecifiers.Vid(value) is null => "VLAN tag (VID) out of range (0-4094; 0 for untagged.)",
            "space" when value != Space.Undefined && topology.Space(value) is null => "No Space matches the given query.",
            _ => null,
        };
    }

    private static InterfaceCondition.OnSubnet OnSubnets(IEnumerable<Subnet> subnets) => new(subnets.Select(each => each.Id).ToHashSet());

    private static InterfaceCondition.OnVlan OnVlans(IEnumerable<Vlan> vlans) => new(vlans.Select(each => each.Id).ToHashSet());

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The values of one key.</summary>
    /// <param name="AnyOf">A condition for each value.</param>
    /// <param name="IsNegated">Whether none of them may hold; otherwise one must.</param>
    internal sealed record Term(IReadOnlyList<InterfaceCondition> AnyOf, bool IsNegated)
    {
        /// <summary>Whether an interface of a machine fulfils it.</summary>
        public bool Holds(NodeInterface one, string hostname) => AnyOf.Any(condition => condition.Holds(one, hostname)) != IsNegated;
    }
}

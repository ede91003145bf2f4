using System.Globalization;

namespace Maas.Core.Network.Interfaces;

/// <summary>The conditions for an interface's fields, in the words of MAAS's forms.</summary>
internal static class InterfaceChecks
{
    /// <summary>The smallest MTU that Linux allows.</summary>
    private const int SmallestMtu = 552;
    private const int LargestMtu = 65535;

    /// <summary>The longest interface name of Linux.</summary>
    public const int LongestName = 15;
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";
    private const string OtherFabric =
        "A VLAN interface can only belong to a tagged VLAN on the same fabric as its parent interface.";

    public static NetworkResult.Refused? RefuseFields(NodeInterface after, InterfaceRequest request) =>
        request.Mtu is > 0 and < SmallestMtu or < 0 ? new NetworkResult.Refused("mtu", FormMessages.AtLeast(SmallestMtu))
        : request.Mtu > LargestMtu ? new NetworkResult.Refused("mtu", FormMessages.AtMost(LargestMtu))
        : request.InterfaceSpeed < 0 ? new NetworkResult.Refused("interface_speed", FormMessages.AtLeast(0))
        : request.LinkSpeed < 0 ? new NetworkResult.Refused("link_speed", FormMessages.AtLeast(0))
        : !after.LinkConnected && request.LinkSpeed > 0
            ? new NetworkResult.Refused(FormMessages.WholeForm, "link_speed cannot be set when link_connected is false.")
        : request.Tags is { } tags ? InterfaceRules.RefuseTags("tags", tags)
        : null;

    public static NetworkResult.Refused? RefuseParents(NetworkConfig config, NodeInterface after, IReadOnlyList<long>? given)
    {
        var field = after.Type is InterfaceType.Vlan or InterfaceType.Bridge ? "parent" : "parents";
        if (after.Type == InterfaceType.Physical)
            return after.Parents.Count == 0 ? null : Refuse("A physical interface cannot have parents.");
        List<NodeInterface> parents = [];
        foreach (var id in after.Parents)
        {
            var parent = config.Find(id);
            if (parent is null || parents.Contains(parent) || (given is not null && after.Id != 0 && config.IsBuiltOn(id, after.Id)))
                return Refuse(FormMessages.NotAChoice(id.ToString(CultureInfo.InvariantCulture)));
            parents.Add(parent);
        }

        NodeInterface[] others = [.. parents.SelectMany(parent => config.ChildrenOf(parent.Id)).Where(child => child.Id != after.Id)];
        return after.Type switch
        {
            InterfaceType.Bond => RefuseBondParents(),
            InterfaceType.Bridge => RefuseBridgeParents(),
            _ => RefuseVlanParents(),
        };

        NetworkResult.Refused? RefuseBondParents() =>
            parents.Count == 0 ? Refuse("A bond interface must have one or more parents.")
            : parents.Exists(parent => parent.Type != InterfaceType.Physical) ? Refuse("Only physical interfaces can be bonded.")
            : others.Length > 0 ? Refuse($"Interfaces already in-use: {NamesWithOthers()}.")
            : null;

        NetworkResult.Refused? RefuseBridgeParents() =>
            parents.Count != 1 ? Refuse("A bridge interface must have exactly one parent.")
            : parents[0].Type == InterfaceType.Bridge ? Refuse("A bridge interface can't have another bridge interface as parent.")
            : Array.Exists(others, child => child.Type is InterfaceType.Bond or InterfaceType.Bridge)
                ? Refuse("A bridge interface can't have a parent that is already in a bond or a bridge.")
            : null;

        NetworkResult.Refused? RefuseVlanParents() =>
            parents.Count != 1 ? Refuse("A VLAN interface must have exactly one parent.")
            : parents[0].Type == InterfaceType.Vlan ? Refuse("A VLAN interface can't have another VLAN interface as parent.")
            : Array.Exists(others, child => child.Type == InterfaceType.Bond)
                ? Refuse("A VLAN interface can't have a parent that is already in a bond.")
            : null;

        string NamesWithOthers() => string.Join(", ", parents
            .Where(parent => Array.Exists(others, child => child.Parents.Contains(parent.Id)))
            .Select(parent => parent.Name).Order(StringComparer.Ordinal));

        NetworkResult.Refused Refuse(string message) => new(field, message);
    }

    public static NetworkResult.Refused? ReadVlan(
        NetworkConfig config, ref NodeInterface after, InterfaceRequest request, NetworkView view)
    {
        var parent = after.Parents.Count > 0 ? config.Find(after.Parents[0]) : null;
        var isNew = after.Id == 0;
        if (request.Vlan is not null && view.Vlan(request.Vlan) is null) return new NetworkResult.Refused("vlan", NotAChoice);
        var vlan = request.WithoutVlan ? null : request.Vlan ?? (isNew && after.Type != InterfaceType.Vlan ? parent?.Vlan : after.Vlan);
        if (RefuseVlan(config, after, vlan, parent, view) is { } refusal) return refusal;
        if (isNew && after.Type == InterfaceType.Bond && after.Parents.Any(id => config.Find(id)?.Vlan != vlan))
            return new NetworkResult.Refused("parents", "All parents must belong to the same VLAN.");
        if (vlan != after.Vlan && !isNew && config.ChildrenOf(after.Id).Any(child => child.Type == InterfaceType.Bond))
            return new NetworkResult.Refused("vlan", "All parents must belong to the same VLAN.");
        after = after with { Vlan = vlan };
        return null;
    }

    public static NetworkResult.Refused? RefuseVlan(
        NetworkConfig config, NodeInterface one, long? vlan, NodeInterface? parent, NetworkView view)
    {
        var fabric = view.Vlan(vlan)?.Fabric;
        if (one.Type == InterfaceType.Vlan)
        {
            if (view.Vlan(vlan) is not { } tagged)
                return new NetworkResult.Refused("vlan", "A VLAN interface must be connected to a tagged VLAN.");
            if (tagged.Vid == 0) return new NetworkResult.Refused("vlan", "A VLAN interface can only belong to a tagged VLAN.");
            if (view.Vlan(parent?.Vlan)?.Fabric != fabric) return new NetworkResult.Refused("vlan", OtherFabric);
        }

        return one.Id != 0 && config.ChildrenOf(one.Id).Any(child =>
            child.Type == InterfaceType.Vlan && view.Vlan(child.Vlan)?.Fabric != fabric)
            ? new NetworkResult.Refused("vlan", OtherFabric)
            : null;
    }

    public static NetworkResult.Refused? RefuseMtu(NodeInterface after, NetworkView view) =>
        after.Mtu > view.Vlan(after.Vlan)?.Mtu
            ? new NetworkResult.Refused("mtu", FormMessages.AtMost(view.Vlan(after.Vlan)?.Mtu ?? LargestMtu))
            : null;

    public static NetworkResult.Refused? ReadMac(
        NetworkConfig config, NodeInterface before, ref NodeInterface after, InterfaceRequest request, NetworkView view)
    {
        var bases = after.Parents.Select(config.Find).OfType<NodeInterface>().ToList();
        if (after.Type == InterfaceType.Vlan)
        {
            after = after with { MacAddress = bases.Count > 0 ? bases[0].MacAddress : null };
            return null;
        }

        if (string.IsNullOrEmpty(request.MacAddress))
        {
            if (before.Id == 0 && after.Type == InterfaceType.Physical)
                return new NetworkResult.Refused("mac_address", FormMessages.Required);

            // It was a parent's that is not one any more, or it has no address yet.
            var wasParents = before.Parents.Except(after.Parents).Any(id => config.Find(id)?.MacAddress == before.MacAddress);
            if (before.Id == 0 || wasParents) after = after with { MacAddress = bases.Count > 0 ? bases[0].MacAddress : after.MacAddress };
            return null;
        }

        if (!MacAddress.TryParse(request.MacAddress, out var mac) || !mac.IsUnicast)
            return new NetworkResult.Refused("mac_address", $"'{request.MacAddress}' is not a valid MAC address.");
        var id = after.Id;
        var parents = after.Parents;
        after = after with { MacAddress = mac };
        return config.Interfaces.Any(one => one.Id != id && one.MacAddress == mac
            && !(id != 0 && config.IsBuiltOn(one.Id, id)) && !parents.Any(parent => config.IsBuiltOn(parent, one.Id)))
            ? new NetworkResult.Refused("mac_address", $"This MAC address is already in use by {view.NodeName}.")
            : null;
    }

    public static NetworkResult.Refused? ReadName(
        NetworkConfig config, ref NodeInterface after, InterfaceRequest request, NetworkView view)
    {
        var name = request.Name is { Length: > 0 } given ? given : after.Name.Length > 0 ? after.Name : DefaultName(config, after, view);
        if (name.Length == 0) return new NetworkResult.Refused("name", FormMessages.Required);
        if (name.Length > LongestName) return new NetworkResult.Refused("name", FormMessages.TooLong(name, LongestName));
        if (name is "." or ".." || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':'))
            return new NetworkResult.Refused("name", FormMessages.Invalid);
        var id = after.Id;
        if (config.Interfaces.Any(one => one.Name == name && one.Id != id))
            return new NetworkResult.Refused("name", $"Node {view.NodeName} already has an interface named '{name}'.");
        after = after with { Name = name };
        return null;
    }

    private static string DefaultName(NetworkConfig config, NodeInterface after, NetworkView view)
    {
        switch (after.Type)
        {
            case InterfaceType.Physical:
                var last = config.Interfaces
                    .Select(one => one.Name.StartsWith("eth", StringComparison.Ordinal)
                        && int.TryParse(one.Name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
                    .DefaultIfEmpty(-1).Max();
                return string.Create(CultureInfo.InvariantCulture, $"eth{last + 1}");
            case InterfaceType.Vlan:
                var vid = (view.Vlan(after.Vlan)?.Vid ?? 0).ToString(CultureInfo.InvariantCulture);
                var parent = config.Find(after.Parents[0])?.Name;
                return parent?.Length + 1 + vid.Length <= LongestName ? $"{parent}.{vid}" : $"vlan{vid}";
            default:
                return "";
        }
    }
}

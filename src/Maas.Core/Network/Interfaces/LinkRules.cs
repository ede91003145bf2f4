using System.Globalization;
using System.Net;

namespace Maas.Core.Network.Interfaces;

/// <summary>Links interfaces to subnets, and chooses default gateways.</summary>
public static class LinkRules
{
    private const int MostLinks = 128;
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";

    /// <summary>
    /// Links an interface to a subnet. A static link without an address needs one before it is saved: the caller allocates it and calls
    /// <see cref="AssignAddress"/>.
    /// </summary>
    public static NetworkResult Link(NetworkConfig config, long id, LinkRequest request, NetworkView view, IIdSource ids)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        if (config.ChildrenOf(id).FirstOrDefault(child => child.Type == InterfaceType.Bond) is { } bond)
            return Refuse("bond", $"Cannot link interface({found.Name}) when interface is in a bond({bond.Name}).");
        if (request.Mode.Length == 0) return Refuse("mode", FormMessages.Required);
#pragma warning disable CA1308 // the API's names are in lower case
        if (!InterfaceNames.LinkModes.TryParse(request.Mode.ToLowerInvariant(), out var mode))
#pragma warning restore CA1308
            return Refuse("mode", FormMessages.NotOneOf(request.Mode, "mode", InterfaceNames.LinkModes.Names));
        var subnet = view.Subnet(request.Subnet);
        if (request.Subnet is not null && (subnet is null || (!request.Force && found.Vlan is not null && subnet.Vlan != found.Vlan)))
            return Refuse("subnet", NotAChoice);
        if (subnet is null && mode is LinkMode.Auto or LinkMode.Static) return Refuse("subnet", FormMessages.Required);
        if (ReadAddress(config, mode, request, subnet, view, out var address) is { } wrongAddress) return wrongAddress;
        if (!request.Force && RefuseMode(found, mode, view) is { } wrongMode) return wrongMode;
        if (request.DefaultGateway && RefuseGateway(mode, subnet, view) is { } wrongGateway) return wrongGateway;

        var vlan = subnet is not null && (found.Vlan is null || request.Force) ? subnet.Vlan : found.Vlan;
        var parent = found.Parents.Count > 0 ? config.Find(found.Parents[0]) : null;
        if (vlan != found.Vlan && InterfaceChecks.RefuseVlan(config, found, vlan, parent, view) is { } wrongVlan) return wrongVlan;
        var link = new InterfaceLink { Id = ids.NextId(IdKind.Link), Mode = mode, Subnet = subnet?.Id, Address = address };
        IReadOnlyList<InterfaceLink> links = [.. found.Links.Where(other => !request.Force && IsKept(other, mode, subnet, view)), link];
        if (links.Count > MostLinks) return Refuse(FormMessages.WholeForm, $"An interface has at most {MostLinks} links.");
        config = config.With(found with { Vlan = vlan, Links = links });
        if (found.Type == InterfaceType.Bond) config = config.With(found.Parents, member => member with { Vlan = vlan });
        config = config.Tidied();
        return new NetworkResult.Changed(request.DefaultGateway ? WithGateway(config, link, subnet) : config, id);
    }

    /// <summary>Removes a link. An interface that is up and has no other gets one without an address.</summary>
    public static NetworkResult Unlink(NetworkConfig config, long id, long link, IIdSource ids)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        if (found.Links.All(other => other.Id != link))
            return Refuse("id", FormMessages.NotOneOf(Text(link), "id", found.Links.Select(other => Text(other.Id))));
        config = config.With(found with { Links = [.. found.Links.Where(other => other.Id != link)] });
        return new NetworkResult.Changed(WithLinkUp(config.Tidied(), [id], ids), id);
    }

    /// <summary>Makes the gateway of a link's subnet the default gateway of its family.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="id">The interface.</param>
    /// <param name="link">The link; <see langword="null"/> for the ones that are unambiguous, one per family.</param>
    /// <param name="view">The networks.</param>
    public static NetworkResult SetDefaultGateway(NetworkConfig config, long id, long? link, NetworkView view)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        InterfaceLink[] usable =
            [.. found.Links.Where(other => other.Mode != LinkMode.LinkUp && view.Subnet(other.Subnet)?.Gateway is not null)];
        if (usable.Length == 0) return Refuse(FormMessages.WholeForm, "This interface has no usable gateways.");
        if (link is { } wanted)
        {
            return Array.Find(usable, other => other.Id == wanted) is { } chosen
                ? new NetworkResult.Changed(WithGateway(config, chosen, view.Subnet(chosen.Subnet)), id)
                : Refuse("link_id", FormMessages.NotOneOf(Text(wanted), "link_id", usable.Select(other => Text(other.Id))));
        }

        string[] ambiguous =
        [
            .. usable.Select(other => view.Subnet(other.Subnet)).OfType<SubnetView>().GroupBy(subnet => subnet.IsIPv6)
                .Where(family => family.Select(subnet => subnet.Gateway).Distinct().Count() > 1)
                .Select(family => family.Key ? "IPv6" : "IPv4").Order(StringComparer.Ordinal),
        ];
        if (ambiguous.Length > 0)
            return Refuse("link_id", "This field is required; Interface has more than one usable "
                + $"{string.Join(" and ", ambiguous)} gateway{(ambiguous.Length > 1 ? "s" : "")}.");
        return new NetworkResult.Changed(
            usable.Reverse().Aggregate(config, (current, other) => WithGateway(current, other, view.Subnet(other.Subnet))), id);
    }

    /// <summary>Forgets the chosen default gateways; the first suitable ones are used.</summary>
    public static NetworkConfig ClearDefaultGateways(NetworkConfig config) =>
        config with { DefaultGatewayIPv4 = null, DefaultGatewayIPv6 = null };

    /// <summary>Sets the address that was allocated for an automatic or static link, or removes it (<see langword="null"/>).</summary>
    public static NetworkConfig AssignAddress(NetworkConfig config, long link, IPAddress? address) =>
        config.FindLink(link) is var (one, _)
            ? config.With(one with { Links = [.. one.Links.Select(other => other.Id == link ? other with { Address = address } : other)] })
            : config;

    /// <summary>Why a node cannot be deployed with these interfaces (field <c>network</c>); <see langword="null"/> when it can.</summary>
    public static string? FindIssue(NetworkConfig config) =>
        config.Links.Any(item => item.Link.Mode != LinkMode.LinkUp && item.Link.Subnet is not null) ? null
        : "Node must be configured to use a network";

    /// <summary>Gives interfaces that are connected and have no link one without an address.</summary>
    internal static NetworkConfig WithLinkUp(NetworkConfig config, IReadOnlyList<long> interfaces, IIdSource ids) =>
        config.With(interfaces, one => one is { Enabled: true, Vlan: not null, Links.Count: 0 } && !IsPort(config, one.Id)
            ? one with { Links = [new InterfaceLink { Id = ids.NextId(IdKind.Link), Mode = LinkMode.LinkUp }] }
            : one);

    private static bool IsPort(NetworkConfig config, long id) =>
        config.ChildrenOf(id).Any(child => child.Type is InterfaceType.Bond or InterfaceType.Bridge);

    private static NetworkResult.Refused? ReadAddress(
        NetworkConfig config, LinkMode mode, LinkRequest request, SubnetView? subnet, NetworkView view, out IPAddress? address)
    {
        address = null;
        if (request.Address.Length == 0) return null;
        if (!TryReadAddress(request.Address, out var read)) return Refuse("ip_address", "Enter a valid IPv4 or IPv6 address.");
        if (mode != LinkMode.Static || subnet is null) return null;
        if (!subnet.Cidr.Contains(read)) return Refuse("ip_address", $"IP address is not in the given subnet '{subnet.ToText(view)}'.");
        if (subnet.DynamicRanges.FirstOrDefault(range => range.Contains(read)) is { } dynamic)
            return Refuse("ip_address", $"IP address is inside a dynamic range {dynamic.First} to {dynamic.Last}.");
        if (config.Links.Any(item => read.Equals(item.Link.Address))) return Refuse("ip_address", "IP address is already in use.");
        address = read;
        return null;
    }

    // The framework also reads "10.1", and addresses that are valid on one interface only.
    private static bool TryReadAddress(string text, out IPAddress address)
    {
        var isRead = IPAddress.TryParse(text, out var read) && !text.Contains('%', StringComparison.Ordinal)
            && (text.Contains(':', StringComparison.Ordinal) || read.ToString() == text);
        address = read is { IsIPv4MappedToIPv6: true } ? read.MapToIPv4() : read ?? IPAddress.None;
        return isRead;
    }

    private static NetworkResult.Refused? RefuseMode(NodeInterface found, LinkMode mode, NetworkView view)
    {
        if (mode == LinkMode.Dhcp && found.Links.FirstOrDefault(link => link.Mode == LinkMode.Dhcp) is { } dhcp)
            return Refuse("mode", view.Subnet(dhcp.Subnet) is { } subnet
                ? $"Interface is already set to DHCP from '{subnet.ToText(view)}'."
                : "Interface is already set to DHCP.");
        return mode == LinkMode.LinkUp && found.Links.Any(link => link.Mode != LinkMode.LinkUp)
            ? Refuse("mode", "Cannot configure interface to link up (with no IP address) while other links are already configured. "
                + "Specify force=True to override this behavior and delete all links.")
            : null;
    }

    private static NetworkResult.Refused? RefuseGateway(LinkMode mode, SubnetView? subnet, NetworkView view) =>
        mode is not (LinkMode.Auto or LinkMode.Static)
            ? Refuse("default_gateway", $"Cannot use in mode '{InterfaceNames.NameOf(mode)}'.")
        : subnet is null ? Refuse("default_gateway", "Subnet is required when default_gateway is True.")
        : subnet.Gateway is null
            ? Refuse("default_gateway",
                $"Cannot set as default gateway because subnet {subnet.ToText(view)} doesn't provide a gateway IP address.")
        : null;

    // An address replaces "no address", and one that DHCP would give in the same family.
    private static bool IsKept(InterfaceLink other, LinkMode mode, SubnetView? subnet, NetworkView view) => other.Mode switch
    {
        LinkMode.LinkUp => false,
        LinkMode.Dhcp => mode is not (LinkMode.Auto or LinkMode.Static)
            || (view.Subnet(other.Subnet) is { } its && subnet is not null && its.IsIPv6 != subnet.IsIPv6),
        _ => true,
    };

    private static NetworkConfig WithGateway(NetworkConfig config, InterfaceLink link, SubnetView? subnet) =>
        subnet is { IsIPv6: true } ? config with { DefaultGatewayIPv6 = link.Id } : config with { DefaultGatewayIPv4 = link.Id };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static NetworkResult.Refused Refuse(string field, string message) => new(field, message);
}

namespace Maas.Core.Network.Interfaces;

/// <summary>Creates, changes and removes interfaces.</summary>
public static class InterfaceRules
{
    private const int MostInterfaces = 512;
    private const int MostTags = 100;
    private const int LongestTag = 256;

    /// <summary>Adds an interface of hardware.</summary>
    public static NetworkResult CreatePhysical(NetworkConfig config, InterfaceRequest request, NetworkView view, IIdSource ids) =>
        Create(config, InterfaceType.Physical, request, view, ids);

    /// <summary>Makes one interface of several physical ones, which lose their links.</summary>
    public static NetworkResult CreateBond(NetworkConfig config, InterfaceRequest request, NetworkView view, IIdSource ids) =>
        Create(config, InterfaceType.Bond, request, view, ids);

    /// <summary>Makes a bridge of an interface, which loses its links.</summary>
    public static NetworkResult CreateBridge(NetworkConfig config, InterfaceRequest request, NetworkView view, IIdSource ids) =>
        Create(config, InterfaceType.Bridge, request, view, ids);

    /// <summary>Makes a tagged VLAN of an interface, which keeps its links.</summary>
    public static NetworkResult CreateVlan(NetworkConfig config, InterfaceRequest request, NetworkView view, IIdSource ids) =>
        Create(config, InterfaceType.Vlan, request, view, ids);

    /// <summary>Changes an interface.</summary>
    public static NetworkResult Update(NetworkConfig config, long id, InterfaceRequest request, NetworkView view, IIdSource ids) =>
        config.Find(id) is { } found ? Apply(config, found, request, view, ids) : new NetworkResult.NotFound();

    /// <summary>Removes an interface, and what is built on it alone.</summary>
    public static NetworkResult Delete(NetworkConfig config, long id, IIdSource ids)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        config = Without(config, id);
        return new NetworkResult.Changed(LinkRules.WithLinkUp(config.Tidied(), found.Parents, ids), 0);
    }

    /// <summary>Removes the links of an interface and its connection to a VLAN.</summary>
    public static NetworkResult Disconnect(NetworkConfig config, long id)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        if (found.Type == InterfaceType.Vlan || config.ChildrenOf(id).Any(child => child.Type == InterfaceType.Vlan))
            return new NetworkResult.Refused("vlan", "A VLAN interface must be connected to a tagged VLAN.");
        if (config.ChildrenOf(id).Any(child => child.Type == InterfaceType.Bond))
            return new NetworkResult.Refused("vlan", "All parents must belong to the same VLAN.");
        IReadOnlyList<long> all = found.Type == InterfaceType.Bond ? [id, .. found.Parents] : [id];
        return new NetworkResult.Changed(config.With(all, one => one with { Vlan = null, Links = [] }).Tidied(), id);
    }

    /// <summary>Adds a tag; a tag that is there already changes nothing.</summary>
    public static NetworkResult AddTag(NetworkConfig config, long id, string tag)
    {
        if (config.Find(id) is not { } found) return new NetworkResult.NotFound();
        if (found.Tags.Contains(tag)) return new NetworkResult.Changed(config, id);
        IReadOnlyList<string> tags = [.. found.Tags, tag];
        return RefuseTags("tag", tags) is { } refusal ? refusal : new NetworkResult.Changed(config.With(found with { Tags = tags }), id);
    }

    /// <summary>Removes a tag; a tag that is not there changes nothing.</summary>
    public static NetworkResult RemoveTag(NetworkConfig config, long id, string tag) => config.Find(id) is { } found
        ? new NetworkResult.Changed(config.With(found with { Tags = [.. found.Tags.Where(other => other != tag)] }), id)
        : new NetworkResult.NotFound();

    internal static NetworkResult.Refused? RefuseTags(string field, IReadOnlyList<string> tags) =>
        tags.Count > MostTags || tags.Any(tag => tag.Length is 0 or > LongestTag || tag.Any(char.IsControl))
            ? new NetworkResult.Refused(field, FormMessages.Invalid)
            : null;

    private static NetworkResult Create(
        NetworkConfig config, InterfaceType type, InterfaceRequest request, NetworkView view, IIdSource ids)
    {
        if (config.Interfaces.Count >= MostInterfaces)
            return new NetworkResult.Refused(FormMessages.WholeForm, $"A node has at most {MostInterfaces} interfaces.");
        var blank = new NodeInterface
        {
            Id = 0,
            Type = type,
            Name = "",
            Bond = type == InterfaceType.Bond ? new BondParameters() : null,
            Bridge = type == InterfaceType.Bridge ? new BridgeParameters() : null,
        };
        return Apply(config, blank, request, view, ids);
    }

    private static NetworkResult Apply(
        NetworkConfig config, NodeInterface before, InterfaceRequest request, NetworkView view, IIdSource ids)
    {
        var isNew = before.Id == 0;
        var after = before with
        {
            Tags = request.Tags ?? before.Tags,
            Parents = request.Parents ?? before.Parents,
            AcceptRouterAdvertisements = request.AcceptRouterAdvertisements ?? before.AcceptRouterAdvertisements,
            Enabled = request.Enabled ?? before.Enabled,
            LinkConnected = request.LinkConnected ?? before.LinkConnected,
            InterfaceSpeed = request.InterfaceSpeed ?? before.InterfaceSpeed,
            LinkSpeed = request.LinkSpeed ?? before.LinkSpeed,
            Mtu = request.Mtu is 0 ? null : request.Mtu ?? before.Mtu,
        };
        if (InterfaceChecks.RefuseFields(after, request) is { } wrongField) return wrongField;
        if (InterfaceChecks.RefuseParents(config, after, request.Parents) is { } wrongParents) return wrongParents;
        if (InterfaceChecks.ReadVlan(config, ref after, request, view) is { } wrongVlan) return wrongVlan;
        if (InterfaceChecks.RefuseMtu(after, view) is { } wrongMtu) return wrongMtu;
        if (InterfaceChecks.ReadMac(config, before, ref after, request, view) is { } wrongMac) return wrongMac;
        if (InterfaceChecks.ReadName(config, ref after, request, view) is { } wrongName) return wrongName;
        if (InterfaceParameters.Read(ref after, request) is { } wrongParameter) return wrongParameter;

        if (isNew)
        {
            after = after with { Id = ids.NextId(IdKind.Interface) };
            config = config with { Interfaces = [.. config.Interfaces, after] };
        }
        else
        {
            config = config.With(after);
        }

        return new NetworkResult.Changed(Settle(config, before, after, view, ids), after.Id);
    }

    // What the change of one interface means for its links, its parents, and what is built on it.
    private static NetworkConfig Settle(NetworkConfig config, NodeInterface before, NodeInterface after, NetworkView view, IIdSource ids)
    {
        if (after.Type is InterfaceType.Bond or InterfaceType.Bridge)
            config = config.With(after.Parents, parent => parent with
            {
                Links = [],
                Vlan = after.Type == InterfaceType.Bond ? after.Vlan : parent.Vlan,
            });
        if (before.MacAddress != after.MacAddress && before.MacAddress is { } old)
            config = config.With(
                [.. config.Interfaces.Where(one => one.Id != after.Id && one.MacAddress == old && config.IsBuiltOn(one.Id, after.Id))
                    .Select(one => one.Id)],
                one => one with { MacAddress = after.MacAddress });
        if (before.Vlan != after.Vlan)
            config = config.With([after.Id], one => one with
            {
                Links = after.Vlan is null ? []
                    : [.. one.Links.Where(link => link.Subnet is null || view.Subnet(link.Subnet)?.Vlan == after.Vlan)],
            });
        return LinkRules.WithLinkUp(config.Tidied(), [after.Id, .. before.Parents.Except(after.Parents)], ids);
    }

    private static NetworkConfig Without(NetworkConfig config, long id)
    {
        config = config with
        {
            Interfaces =
            [
                .. config.Interfaces.Where(one => one.Id != id)
                    .Select(one => one.Parents.Contains(id) ? one with { Parents = [.. one.Parents.Where(parent => parent != id)] } : one),
            ],
        };
        return config.Interfaces.FirstOrDefault(one => one.Type != InterfaceType.Physical && one.Parents.Count == 0) is { } orphan
            ? Without(config, orphan.Id)
            : config;
    }
}

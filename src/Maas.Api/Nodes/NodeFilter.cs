using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Nodes;

/// <summary>
/// The filters of a list of devices or controllers: alternatives within a name, all names together, and <c>not_</c> for the opposite. What
/// only machines have (a pool, a status, memory) no other node has.
/// </summary>
internal sealed class NodeFilter
{
    private readonly Func<NodeFacts, bool> _matches;

    private NodeFilter(
        Func<NodeFacts, bool> matches, DeviceFilter devices, IReadOnlyDictionary<string, IReadOnlyList<string>> tags) =>
        (_matches, Devices, Tags) = (matches, devices, tags);

    /// <summary>What the store evaluates of it on devices: no device that matches is left out.</summary>
    public DeviceFilter Devices { get; }

    /// <summary>The filters as arguments of an action.</summary>
    public static IReadOnlyList<ApiArgument> Arguments { get; } =
    [
        ApiArgument.Texts("id", "system ids."),
        ApiArgument.Texts("hostname", "host names."),
        ApiArgument.Texts("mac_address", "addresses of network interfaces."),
        ApiArgument.Texts("domain", "domains."),
        ApiArgument.Texts("zone", "zones."),
        ApiArgument.Texts("pool", "resource pools; none of these nodes is in one."),
        ApiArgument.Texts("agent_name", "what allocating clients call themselves; none of these nodes is allocated."),
        ApiArgument.Texts("tags", "tags, all of them."),
        ApiArgument.Texts("owner", "owners."),
        ApiArgument.Texts("parent", "the nodes that they belong to."),
        ApiArgument.Texts("not_id", "and so on: every filter has an opposite."),
    ];

    /// <summary>Other names of the filters, and their opposites.</summary>
    public static IReadOnlyList<string> MoreArguments { get; } =
    [
        "system_id", "in_zone", "in_pool", "not_system_id", "not_hostname", "not_mac_address", "not_domain", "not_zone", "not_in_zone",
        "not_pool", "not_in_pool", "not_agent_name", "not_tags", "not_owner", "not_parent",
    ];

    /// <summary>Every tag that is named, to be checked for existence.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tags { get; }

    /// <summary>Reads the filters; what makes no sense is an error of <paramref name="form"/>.</summary>
    public static NodeFilter Read(FormReader form, TopologySnapshot topology)
    {
        Func<NodeFacts, bool>[] wanted =
        [
            Any(form, "id", "system_id", (facts, id) => facts.Id.ToString() == id),
            Any(form, "hostname", null, IsNamed),
            Any(form, "domain", null, (facts, domain) => facts.Domain == domain),
            Any(form, "owner", null, (facts, owner) => facts.Owner == owner),
            Any(form, "parent", null, (facts, parent) => facts.Parent?.ToString() == parent),
            Any(form, "agent_name", null, (_, agent) => agent.Length == 0),
            OfAddresses(form), OfZones(form, topology), OfPools(form, topology), OfTags(form),
        ];
        Dictionary<string, IReadOnlyList<string>> tags = new() { ["tags"] = form.List("tags"), ["not_tags"] = form.List("not_tags") };
        return new NodeFilter(facts => wanted.All(each => each(facts)), OnDevices(form, topology), tags);
    }

    private static DeviceFilter OnDevices(FormReader form, TopologySnapshot topology)
    {
        var zones = form.Zones(topology, "zone", "in_zone");
        return new DeviceFilter
        {
            Ids = Ids(form, "id", "system_id"),
            Hostnames = [.. form.Form.All("hostname").Select(name => name.Split('.')[0])],
            MacAddresses = form.MacAddresses("mac_address"),
            Domains = form.Form.All("domain"),
            // The default zone also contains what is in a zone that does not exist any more.
            Zones = zones.Contains(Zone.DefaultId) ? [] : zones,
            Owners = form.Form.All("owner"),
            Parents = Ids(form, "parent"),
            Tags = form.List("tags"),
        };
    }

    // An id that cannot be one matches no node; the default value is no node's.
    private static List<SystemId> Ids(FormReader form, params ReadOnlySpan<string> names)
    {
        List<SystemId> ids = [];
        foreach (var name in names)
            ids.AddRange(form.Form.All(name).Select(text => SystemId.TryParse(text, out var id) ? id : default));
        return ids;
    }

    /// <summary>Whether a device matches.</summary>
    public bool Matches(Device device) => _matches(new NodeFacts(
        device.SystemId, device.Hostname, device.Domain, device.ZoneId, device.Owner, device.Parent, device.Tags, device.MacAddresses));

    /// <summary>Whether a controller matches.</summary>
    public bool Matches(Controller controller) => _matches(new NodeFacts(
        controller.SystemId, controller.Hostname, controller.Domain, controller.ZoneId, null, null, controller.Tags, []));

    private static Func<NodeFacts, bool> Any(FormReader form, string name, string? otherName, Func<NodeFacts, string, bool> matches)
    {
        IReadOnlyList<string> wanted = [.. form.Form.All(name), .. otherName is null ? [] : form.Form.All(otherName)];
        IReadOnlyList<string> refused = [.. form.Form.All("not_" + name), .. otherName is null ? [] : form.Form.All("not_" + otherName)];
        return facts => (wanted.Count == 0 || wanted.Any(value => matches(facts, value)))
            && !refused.Any(value => value.Length > 0 && matches(facts, value));
    }

    private static bool IsNamed(NodeFacts facts, string name) =>
        name.Equals(facts.Hostname, StringComparison.OrdinalIgnoreCase)
        || name.Equals($"{facts.Hostname}.{facts.Domain}", StringComparison.OrdinalIgnoreCase);

    private static Func<NodeFacts, bool> OfAddresses(FormReader form)
    {
        var (wanted, refused) = (form.MacAddresses("mac_address"), form.MacAddresses("not_mac_address"));
        return facts => (wanted.Count == 0 || facts.MacAddresses.Any(wanted.Contains)) && !facts.MacAddresses.Any(refused.Contains);
    }

    private static Func<NodeFacts, bool> OfZones(FormReader form, TopologySnapshot topology)
    {
        var wanted = form.Zones(topology, "zone", "in_zone");
        var refused = form.Zones(topology, "not_zone", "not_in_zone");
        return facts => topology.ZoneOf(facts.ZoneId).Id is var zone
            && (wanted.Count == 0 || wanted.Contains(zone)) && !refused.Contains(zone);
    }

    private static Func<NodeFacts, bool> OfPools(FormReader form, TopologySnapshot topology)
    {
        var wanted = form.Pools(topology, "pool", "in_pool");
        _ = form.Pools(topology, "not_pool", "not_in_pool");
        return _ => wanted.Count == 0;
    }

    private static Func<NodeFacts, bool> OfTags(FormReader form)
    {
        var (wanted, refused) = (form.List("tags"), form.List("not_tags"));
        return facts => wanted.All(facts.Tags.Contains) && !facts.Tags.Any(refused.Contains);
    }

    private sealed record NodeFacts(
        SystemId Id, string Hostname, string Domain, long ZoneId, string? Owner, SystemId? Parent, IReadOnlyList<string> Tags,
        IReadOnlyList<MacAddress> MacAddresses);
}

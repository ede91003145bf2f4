using System.Diagnostics;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>
/// <c>op=allocate</c>: a machine that fits, or 409. A constraint that this server does not know is refused (400): a machine that does not
/// fit, handed out as if it did, would be worse.
/// </summary>
internal static class Allocation
{
    private const int MostSpecifiers = 100;
    private const int DefaultForwardDelay = 15;

    /// <summary>Constraints on networks, disks, interfaces and devices, which lists of machines take too.</summary>
    public static IReadOnlyList<ApiArgument> HardwareArguments { get; } =
    [
        ApiArgument.Texts(
            "subnets", "linked to these subnets, all of them: a number, a name, a CIDR, ip:, space:, vlan:, vid: or fabric:."),
        ApiArgument.Texts("not_subnets", "linked to none of these subnets."),
        ApiArgument.Texts("vlans", "connected to one of these VLANs."),
        ApiArgument.Texts("not_vlans", "connected to none of these VLANs."),
        ApiArgument.Texts("fabrics", "connected to one of these fabrics."),
        ApiArgument.Texts("not_fabrics", "connected to none of these fabrics."),
        ApiArgument.Texts("fabric_classes", "connected to a fabric of one of these classes."),
        ApiArgument.Texts("not_fabric_classes", "connected to no fabric of these classes."),
        ApiArgument.Text(
            "storage", "disks, as label:size(tag,tag) with commas between; sizes in GB; the first is the disk of the system."),
        ApiArgument.Text("interfaces", "interfaces, as label:key=value,key=value with semicolons between."),
        ApiArgument.Text("devices", "a PCI or USB device, as key=value,key=value."),
        ApiArgument.Number("link_speed", "with a link of at least so many Mbit/s."),
        ApiArgument.Number("cpu_speed", "with processors of at least so many MHz."),
        ApiArgument.Texts("pod", "on this VM host; this server has no VM hosts."),
        ApiArgument.Texts("not_pod", "not on this VM host."),
        ApiArgument.Texts("pod_type", "with this power type."),
        ApiArgument.Texts("not_pod_type", "with another power type."),
    ];

    /// <summary>The bridges that an allocation makes.</summary>
    public static IReadOnlyList<ApiArgument> BridgeArguments { get; } =
    [
        ApiArgument.Flag("bridge_all", "whether to make a bridge of each configured interface until the machine is released."),
        ApiArgument.Choice("bridge_type", "standard or ovs; standard if absent.", "standard", "ovs"),
        ApiArgument.Flag("bridge_stp", "whether the bridges speak the spanning tree protocol; off if absent."),
        ApiArgument.Integer("bridge_fd", "forward delay of the bridges in seconds; 15 if absent."),
    ];

    /// <summary>The arguments of an allocation.</summary>
    public static IReadOnlyList<ApiArgument> Arguments { get; } =
    [
        ApiArgument.Text("name", "a host name."),
        ApiArgument.Text("system_id", "this machine."),
        ApiArgument.Texts("arch", "architectures that will do."),
        ApiArgument.Number("cpu_count", "at least so many processors."),
        ApiArgument.Number("mem", "at least so much memory in MiB."),
        ApiArgument.Texts("tags", "tags, all of them."),
        ApiArgument.Texts("not_tags", "tags, none of them."),
        ApiArgument.Text("zone", "in this zone."),
        ApiArgument.Texts("not_in_zone", "in none of these zones."),
        ApiArgument.Texts("not_in_zones", "the same."),
        ApiArgument.Text("pool", "in this resource pool."),
        ApiArgument.Texts("not_in_pool", "in none of these resource pools."),
        ApiArgument.Texts("not_in_pools", "the same."),
        .. HardwareArguments,
        ApiArgument.Text("agent_name", "what the client calls itself; stored."),
        ApiArgument.Text("comment", "a reason, for the journal."),
        .. BridgeArguments,
        ApiArgument.Flag("dry_run", "whether to only say which machine it would be."),
        ApiArgument.Flag(
            "verbose", "whether constraints_by_type also says which disks and interfaces of the machine matched, by machine."),
    ];

    /// <summary>What neither an allocation nor a list can have.</summary>
    public static IReadOnlyDictionary<string, string> Unsupported { get; } = new Dictionary<string, string>
    {
        ["connected_to"] = NoRouters,
        ["not_connected_to"] = NoRouters,
    };

    /// <summary>The names that API 1.0 has for constraints.</summary>
    public static IReadOnlyList<string> LegacyNames { get; } = ["networks", "not_networks"];

    private const string NoRouters = "This server does not know which routers machines are connected to.";

    public static async Task<ApiResult> AllocateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var wanted = Read(form, (Caller.OfUser)request.Caller);
        var isVerbose = form.Boolean("verbose") ?? false;
        if (form.HasErrors) return form.BadRequest();

        return await request.Core.Machines.AllocateAsync(wanted, request.Aborted).ConfigureAwait(false) switch
        {
            AllocationResult.Allocated allocated => request.Show(
                allocated.Machine, json => ConstraintsJson.Write(json, allocated, isVerbose)),
            AllocationResult.NoMachine none => ApiResults.Conflict(none.Reason),
            AllocationResult.Invalid invalid => CommandResults.BadField(invalid.Constraint, invalid.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The constraints of either API version.</summary>
    public static AllocationRequest Read(FormReader form, Caller.OfUser caller) => ReadHardware(form) with
    {
        Owner = caller.User.Name,
        TokenKey = caller.TokenKey,
        AgentName = form.Optional("agent_name") ?? "",
        Comment = form.Optional("comment"),
        DryRun = form.Boolean("dry_run") ?? false,
        Bridges = Bridges(form),
        Name = form.Optional("name"),
        SystemId = form.Optional("system_id"),
        Architectures = form.List("arch"),
        CpuCount = form.Number("cpu_count", 0),
        MemoryMiB = form.Number("mem", 0),
        Tags = form.List("tags"),
        NotTags = form.List("not_tags"),
        Zone = form.Optional("zone"),
        NotInZones = [.. form.List("not_in_zone"), .. form.List("not_in_zones")],
        Pool = form.Optional("pool"),
        NotInPools = [.. form.List("not_in_pool"), .. form.List("not_in_pools")],
        Subnets = Specifiers(form, "subnets", "networks"),
        NotSubnets = Specifiers(form, "not_subnets", "not_networks"),
    };

    /// <summary>The constraints on networks, disks, interfaces and devices, for a list of machines.</summary>
    public static AllocationRequest ReadHardware(FormReader form) => new()
    {
        Owner = "",
        Subnets = Specifiers(form, "subnets"),
        NotSubnets = Specifiers(form, "not_subnets"),
        Vlans = Specifiers(form, "vlans"),
        NotVlans = Specifiers(form, "not_vlans"),
        Fabrics = Specifiers(form, "fabrics"),
        NotFabrics = Specifiers(form, "not_fabrics"),
        FabricClasses = Specifiers(form, "fabric_classes"),
        NotFabricClasses = Specifiers(form, "not_fabric_classes"),
        Storage = form.Optional("storage"),
        Interfaces = form.Optional("interfaces"),
        Devices = form.Optional("devices"),
        LinkSpeed = form.Number("link_speed", 0),
        CpuSpeed = form.Number("cpu_speed", 0),
        Pods = Specifiers(form, "pod"),
        PodTypes = Specifiers(form, "pod_type"),
        NotPodTypes = Specifiers(form, "not_pod_type"),
    };

    /// <summary>The bridges that a form asks for; null for none.</summary>
    public static BridgeParameters? Bridges(FormReader form)
    {
        var parameters = new BridgeParameters
        {
            Type = form.Optional("bridge_type") == "ovs" ? BridgeType.OpenVSwitch : BridgeType.Standard,
            SpanningTree = form.Boolean("bridge_stp") ?? false,
            ForwardDelay = (int)(form.Integer("bridge_fd", 0, int.MaxValue) ?? DefaultForwardDelay),
        };
        if (form.Optional("bridge_type") is { } type and not ("standard" or "ovs"))
            form.Refuse("bridge_type", $"'{LogText.From(type, 64)}' is not a valid bridge_type.  It should be one of: 'standard', 'ovs'.");
        return form.Boolean("bridge_all") is true ? parameters : null;
    }

    // Names may contain blanks, so a field is repeated for each of them.
    private static List<string> Specifiers(FormReader form, params ReadOnlySpan<string> names)
    {
        List<string> values = [];
        foreach (var name in names)
        {
            var own = form.Form.All(name).Where(value => value.Length > 0).ToList();
            if (own.Count > MostSpecifiers) form.Refuse(name, $"Ensure this value has at most {MostSpecifiers} items.");
            else values.AddRange(own);
        }

        return values;
    }
}

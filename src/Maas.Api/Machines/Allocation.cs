using System.Diagnostics;
using System.Text.Json;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>
/// <c>op=allocate</c>: a machine that fits, or 409. A constraint that this server cannot judge is refused (400): a machine that does not
/// fit, handed out as if it did, would be worse.
/// </summary>
internal static class Allocation
{
    public const string Doc = """
        Allocate a free machine that fits: the smallest that does.

        :param name: a host name.
        :param system_id: this machine.
        :param arch: architectures that will do.
        :param cpu_count: at least so many processors.
        :param mem: at least so much memory in MiB.
        :param tags: tags, all of them.
        :param not_tags: tags, none of them.
        :param zone: in this zone.
        :param not_in_zone: in none of these zones.
        :param not_in_zones: the same.
        :param pool: in this resource pool.
        :param not_in_pool: in none of these resource pools.
        :param not_in_pools: the same.
        :param agent_name: what the client calls itself; stored.
        :param comment: a reason, for the journal.
        :param dry_run: whether to only say which machine it would be.
        :param verbose: accepted.
        """;

    /// <summary>
    /// Constraints of MAAS that today's data cannot answer. A machine that does not fit, handed out as if it did, would be worse than
    /// none.
    /// </summary>
    public static IReadOnlyDictionary<string, string> NotJudged { get; } = new[]
    {
        "storage", "interfaces", "subnets", "not_subnets", "networks", "not_networks", "fabrics", "not_fabrics", "vlans", "not_vlans",
        "fabric_classes", "not_fabric_classes", "spaces", "not_spaces", "link_speed", "devices", "pod", "not_pod", "pod_type",
            "not_pod_type", "connected_to", "not_connected_to",
    }.ToDictionary(name => name, _ => "This server does not know how to judge this constraint yet.");

    /// <summary>What an allocation cannot have.</summary>
    public static IReadOnlyDictionary<string, string> Unsupported { get; } =
        new Dictionary<string, string>(NotJudged.Concat(MachineOperations.NoBridges));

    public static async Task<ApiResult> AllocateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var wanted = Read(form, (Caller.OfUser)request.Caller);
        _ = form.Boolean("verbose");
        if (form.HasErrors) return form.BadRequest();

        return await request.Core.Machines.AllocateAsync(wanted, request.Aborted).ConfigureAwait(false) switch
        {
            AllocationResult.Allocated allocated => request.Show(allocated.Machine, WriteConstraints),
            AllocationResult.NoMachine none => ApiResults.Conflict(none.Reason),
            AllocationResult.Invalid invalid => CommandResults.BadField(invalid.Constraint, invalid.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The constraints of either API version.</summary>
    public static AllocationRequest Read(FormReader form, Caller.OfUser caller) => new()
    {
        Owner = caller.User.Name,
        TokenKey = caller.TokenKey,
        AgentName = form.Optional("agent_name") ?? "",
        Comment = form.Optional("comment"),
        DryRun = form.Boolean("dry_run") ?? false,
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
    };

    /// <summary>Which disk and interface answers which label: no constraint with labels was accepted, so none.</summary>
    private static void WriteConstraints(Utf8JsonWriter json)
    {
        json.WriteStartObject("constraints_by_type");
        json.WriteEndObject();
    }
}

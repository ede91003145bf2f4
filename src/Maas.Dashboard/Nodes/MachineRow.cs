using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>What a line of the list shows: a fraction of a machine, so that a long list stays small.</summary>
internal sealed record MachineRow(
    SystemId Id,
    string Hostname,
    string Name,
    MachineStatus Status,
    string StatusMessage,
    bool Locked,
    MachinePowerState Power,
    string Owner,
    string Addresses,
    string Tags,
    string Size,
    string Zone,
    string Pool)
{
    /// <summary>The line of a machine.</summary>
    public static MachineRow Of(Machine machine, TopologySnapshot topology) => new(
        machine.Id,
        machine.Hostname,
        machine.Fqdn,
        machine.Status,
        machine.StatusMessage,
        machine.Locked,
        machine.PowerState,
        machine.Owner ?? "",
        string.Join(' ', machine.IpAddresses.Concat(machine.MacAddresses.Select(mac => mac.ToString())).Take(3)),
        string.Join(", ", machine.Tags),
        machine.CpuCount == 0 ? "" : $"{machine.CpuCount} CPUs, {Units.Bytes(machine.MemoryMiB * 1024L * 1024)}",
        topology.Zones.FirstOrDefault(zone => zone.Id == machine.ZoneId)?.Name ?? "default",
        topology.ResourcePools.FirstOrDefault(pool => pool.Id == machine.PoolId)?.Name ?? "default");
}

using Maas.Core.Nodes;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Evaluates a filter on a machine, except the limit.</summary>
internal static class MachineFilterMatch
{
    public static bool Matches(this MachineFilter filter, Machine machine) =>
        machine.Number > filter.AfterNumber
        && IsAny(filter.Ids, machine.Id)
        && IsAny(filter.Statuses, machine.Status)
        && IsAny(filter.PowerStates, machine.PowerState)
        && IsAny(filter.Owners, machine.Owner)
        && IsAny(filter.AllocatedByTokens, machine.AllocatedByToken)
        && IsAny(filter.AgentNames, machine.AgentName)
        && IsAny(filter.Domains, machine.Domain)
        && IsAny(filter.Zones, machine.Zone)
        && IsAny(filter.Pools, machine.Pool)
        && HasName(filter.Hostnames, machine)
        && (filter.MacAddresses.Count == 0 || filter.MacAddresses.Any(machine.MacAddresses.Contains))
        && filter.Tags.All(machine.Tags.Contains);

    private static bool IsAny<T>(IReadOnlyList<T> values, T? value) => values.Count == 0 || (value is not null && values.Contains(value));

    private static bool HasName(IReadOnlyList<string> names, Machine machine) =>
        names.Count == 0 || names.Select(name => name.ToLowerInvariant()).Any(name => name == machine.Hostname || name == machine.Fqdn);
}

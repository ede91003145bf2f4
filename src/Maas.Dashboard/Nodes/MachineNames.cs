using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>Finds a machine by what a user types.</summary>
internal static class MachineNames
{
    /// <summary>Finds a machine; the caller checks that the user sees it.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="text">A system id, a MAC address, a host name, or a host name with its domain.</param>
    /// <returns>The machine; <see langword="null"/> when no machine has the name.</returns>
    public static async Task<Machine?> FindAsync(Machines machines, string text)
    {
        if (SystemId.TryParse(text, out var id) && await machines.GetAsync(id) is { } machine) return machine;
        if (MacAddress.TryParse(text, out var address))
            return await machines.ListAsync(new MachineFilter { MacAddresses = [address], Limit = 1 }) is [var owner, ..] ? owner : null;
        return await machines.ListAsync(new MachineFilter { Hostnames = [text.Split('.')[0]], Limit = 1 }) is [var found, ..]
            && (found.Hostname == text || found.Fqdn == text) ? found : null;
    }
}

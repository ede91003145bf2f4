using System.Net;
using Maas.Boot;
using Maas.Core.Nodes;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Naming;

/// <summary>
/// Which host has which addresses at one moment, both ways: machines by name, with what is leased to their network cards.
/// </summary>
internal sealed class HostTable
{
    private readonly Dictionary<string, List<IPAddress>> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, string> _hosts = [];

    /// <summary>The names, in no particular order.</summary>
    public IEnumerable<string> Names => _addresses.Keys;

    /// <summary>The table of machines and leases.</summary>
    /// <remarks>
    /// A machine is found at what its cards lease. One that leases nothing here (its addresses come from elsewhere) is found where it
    /// reported from last, unless another card leases that now. A machine that is <see cref="MachineStatus.New"/> has no name: everybody on
    /// the link can
    /// enlist one, under any name.
    /// </remarks>
    /// <param name="machines">All machines.</param>
    /// <param name="leases">What is leased now.</param>
    /// <param name="domain">Only machines of this domain have a name in it.</param>
    public static HostTable Of(
        IReadOnlyList<Machine> machines, IEnumerable<(IPAddress Address, HardwareAddress Hardware)> leases, string domain)
    {
        var table = new HostTable();
        var byMac = leases.ToLookup(lease => lease.Hardware.ToMacAddress(), lease => lease.Address);
        var leased = byMac.SelectMany(group => group).ToHashSet();
        foreach (var machine in machines)
        {
            if (machine.Status == MachineStatus.New || !string.Equals(machine.Domain, domain, StringComparison.OrdinalIgnoreCase)) continue;
            table._addresses.TryAdd(machine.Hostname, []);
            foreach (var address in machine.MacAddresses.SelectMany(mac => byMac[mac])) table.Add(machine.Hostname, address);
        }

        foreach (var machine in machines)
        {
            if (!table._addresses.TryGetValue(machine.Hostname, out var addresses) || addresses.Count > 0) continue;
            if (machine.IpAddresses is [var last, ..] && IPAddress.TryParse(last, out var address) && !leased.Contains(address))
                table.Add(machine.Hostname, address);
        }

        return table;
    }

    /// <summary>The addresses of a host; empty when it has none now, <see langword="null"/> when there is no such host.</summary>
    public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> name) =>
        _addresses.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var addresses) ? addresses : null;

    /// <summary>The host that has an address.</summary>
    public string? HostAt(IPAddress address) => _hosts.GetValueOrDefault(address);

    /// <summary>Whether both say the same of everything.</summary>
    public bool Says(HostTable other) =>
        _addresses.Count == other._addresses.Count
        && _addresses.All(host => other._addresses.TryGetValue(host.Key, out var addresses) && addresses.SequenceEqual(host.Value));

    private void Add(string name, IPAddress address)
    {
        if (!_hosts.TryAdd(address, name)) return;
        if (!_addresses.TryGetValue(name, out var addresses)) _addresses[name] = addresses = [];
        addresses.Add(address);
    }
}

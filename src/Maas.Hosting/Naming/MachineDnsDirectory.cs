using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Maas.Hosting.Leases;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Naming;

/// <summary>The machines, leases and stored names as DNS sees them: answered from memory, at most some seconds old.</summary>
/// <param name="machines">All machines.</param>
/// <param name="devices">All devices.</param>
/// <param name="names">The names that operators chose.</param>
/// <param name="leases">What is leased. Beside another DHCP server that is nothing: there machines are known by what they reported.</param>
/// <param name="leases6">What is leased over IPv6.</param>
/// <param name="options">The domain.</param>
/// <param name="core">Has the clock by which the hosts of a store agree on serial numbers.</param>
internal sealed class MachineDnsDirectory(
    ListedMachines machines, ListedDevices devices, ListedNames names, HostedLeases leases, HostedLeases6 leases6, MaasOptions options,
    MaasCore core)
    : IRecordDirectory
{
    private static readonly TimeSpan S_tableAge = TimeSpan.FromSeconds(1);

    private readonly Lock _building = new();
    private Built? _built;
    // Serial numbers must not fall behind those of the last run: it starts at the time, in seconds.
    private uint _serial = (uint)core.TimeProvider.GetUtcNow().ToUnixTimeSeconds();

    /// <inheritdoc/>
    public uint Serial
    {
        get
        {
            _ = Table;
            return Volatile.Read(ref _serial);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => Table.AddressesOf(hostName);

    /// <inheritdoc/>
    public string? HostAt(IPAddress address) => Table.HostAt(address);

    /// <inheritdoc/>
    public IEnumerable<string> Hosts() => Table.Names;

    /// <inheritdoc/>
    public string? DomainOf(ReadOnlySpan<char> name) => Table.DomainOf(name);

    /// <inheritdoc/>
    public HostRecords? Find(ReadOnlySpan<char> name) => Table.Find(name);

    /// <inheritdoc/>
    public string? NameAt(IPAddress address) => Table.NameAt(address);

    // Leases come and go without a notice; a table that is a second old is made again when the next question comes.
    private HostTable Table
    {
        get
        {
            if (Volatile.Read(ref _built) is { } present && IsFresh(present)) return present.Table;
            lock (_building)
            {
                var before = _built;
                if (before is not null && IsFresh(before)) return before.Table;
                var (read, others, chosen) = (machines.All, devices.All, names.Names);
                var table = HostTable.Of(read, [.. leases.Bound(), .. leases6.Bound()], options.Domain, chosen, others);
                if (chosen?.Serial is { } serial && chosen.SerialSetAt != before?.Names?.SerialSetAt)
                    Volatile.Write(ref _serial, before is null ? Since(serial, chosen.SerialSetAt) : serial);
                else if (before is null || !table.Says(before.Table)) Interlocked.Increment(ref _serial);
                Volatile.Write(ref _built, new Built(table, read, others, chosen, core.TimeProvider.GetTimestamp()));
                return table;
            }
        }
    }

    // After a restart it is not known how often the zone changed since: less than once in a second.
    private uint Since(uint serial, DateTimeOffset setAt) => unchecked(serial + (uint)(core.TimeProvider.GetUtcNow() - setAt).TotalSeconds);

    private bool IsFresh(Built built) => built.From == machines.All && built.Devices == devices.All && built.Names == names.Names
        && core.TimeProvider.GetElapsedTime(built.At) < S_tableAge;

    private sealed record Built(HostTable Table, IReadOnlyList<Machine> From, IReadOnlyList<Device> Devices, DnsSnapshot? Names, long At);
}

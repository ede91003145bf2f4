using Maas.Boot.Dhcp.Leases;
using Maas.Postgres.Tests.Soak;

namespace Maas.Postgres.Tests.Faults;

/// <summary>Compares the addresses that machines were given with each other, and with the database.</summary>
internal static class AddressChecker
{
    /// <summary>Checks that no address was assigned twice, and that the database has each.</summary>
    /// <param name="machines">The machines; leases last longer than the test.</param>
    /// <param name="fewest">How many addresses there are at least.</param>
    /// <param name="server">The database.</param>
    /// <param name="stop">Ends the check.</param>
    public static async Task CheckAsync(SoakMachines machines, int fewest, PostgresServer server, CancellationToken stop)
    {
        var owners = machines.Leased.ToLookup(lease => lease.Address, lease => lease.Machine);
        owners.Should().HaveCountGreaterThanOrEqualTo(fewest).And.OnlyContain(
            same => same.Distinct().Count() == 1, "leases last longer than the test: an address is one machine's");
        await using var store = new PostgresLeaseStore(new PostgresStoreOptions { ConnectionString = server.ConnectionString });
        var stored = (await store.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases
            .Where(entry => entry.Server is null && entry.Lease.State == LeaseState.Bound)
            .ToLookup(entry => entry.Lease.Hardware, entry => entry.Lease.Address);
        foreach (var machine in owners.SelectMany(same => same).Distinct())
            stored[machine].Should().NotBeEmpty().And.OnlyContain(address => owners[address].Contains(machine), $"{machine} has it");
    }
}

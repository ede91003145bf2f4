using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp.Leases;
using Maas.Boot.Tests.Dhcp6.Server;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp6.Leases;

/// <summary>A host that starts while the store of IPv6 leases is away; the rule is that of IPv4, in the same code.</summary>
public sealed class SnapshotLeaseAllocator6Tests : IDisposable
{
    private static readonly Dhcp6Subnet Subnet = SharedLeaseScene6.Subnet with
    {
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::107f")],
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-snapshots6-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Clients_go_on_new_ones_get_the_reserve_and_the_store_learns_of_it()
    {
        var store = MemorySharedLeaseStore.Create6(_time);
        var file = Path.Combine(_folder.FullName, "leases6");
        var options = new SharedLeaseOptions { SnapshotFile = file };
        await using (var shared = await SharedLeaseAllocator6.OpenAsync([Subnet], store.Connect(), null, options, _time))
            (await LeaseAsync(shared.AskAsync, 1)).Should().NotBeNull();
        var known = store.Entries.Values.Single(entry => entry.Lease.State == LeaseState.Bound).Lease.Address;
        List<IPAddress?> granted = [];

        await using (var alone = SnapshotLeaseAllocator6.Open([Subnet], file, null, _time)!)
        {
            (await LeaseAsync(alone.AskAsync, 1)).Should().Be(known);
            for (byte client = 11; client <= 20; client++) granted.Add(await LeaseAsync(alone.AskAsync, client));
            granted.OfType<IPAddress>().Should().HaveCount(4, "a quarter of an eighth").And.OnlyHaveUniqueItems().And.NotContain(known);
            alone.FreeInReserve.Should().Be(0);
        }

        await using var again = await SharedLeaseAllocator6.OpenAsync([Subnet], store.Connect(), null, options, _time);
        for (byte client = 11; client <= 20; client++)
        {
            if (granted[client - 11] is not { } address) continue;
            store.Entries[address].Should().Match<SharedLease<Lease6>>(
                entry => entry.Server == null && entry.Lease.State == LeaseState.Bound
                    && entry.Lease.Client == LeaseScene6.ClientOf(client));
        }
    }

    private static async Task<IPAddress?> LeaseAsync(
        Func<Dhcp6Subnet, AssociationRequest, ValueTask<AssociationResult>> ask, byte client)
    {
        var offered = LeaseScene6.Granted(await ask(Subnet, RequestOf(AssociationRequestKind.Solicit, client)));
        return offered is null
            ? null : LeaseScene6.Granted(await ask(Subnet, RequestOf(AssociationRequestKind.Take, client, $"{offered}")));
    }

    private static AssociationRequest RequestOf(AssociationRequestKind kind, byte client, params string[] addresses) => new(
        kind, LeaseScene6.ClientOf(client), Packet6.Association(1, addresses), LeaseScene6.HardwareOf(client), false);
}

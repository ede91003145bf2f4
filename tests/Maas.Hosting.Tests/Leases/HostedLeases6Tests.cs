using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Tests.Leases;

public sealed class HostedLeases6Tests : IDisposable
{
    private static readonly HardwareAddress Machine = HardwareAddress.Parse("52:54:00:01:02:03"), Other =
        HardwareAddress.Parse("52:54:00:01:02:09");
    private static readonly IPAddress Leased = IPAddress.Parse("fd00:77::1005");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-leases6");

    private string FilePath => Path.Combine(_folder.FullName, "leases6.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_written_is_read_after_reopening_and_the_last_write_of_an_address_counts()
    {
        var (first, second) =
            (Lease("fd00:77::1005", LeaseState.Bound), Lease("fd00:77::1006", LeaseState.Quarantined) with { Hardware = null });
        await using (var store =
            SqliteLeaseStore6.Open(FilePath)) await store.WriteAsync(
            [first, second, first with { State = LeaseState.Released, Rule = "released" }], default);
        await using var reopened = SqliteLeaseStore6.Open(FilePath);
        (await reopened.ReadAsync(default).ToListAsync()).Should()
            .BeEquivalentTo([first with { State = LeaseState.Released, Rule = "released" }, second]);
    }

    [Fact]
    public async Task An_address_is_whose_lease_it_is_only_where_the_link_shows_the_same_client_there()
    {
        await using (var store = SqliteLeaseStore6.Open(FilePath)) await store.WriteAsync([Lease($"{Leased}", LeaseState.Bound)], default);
        (await EvidenceAsync(Machine, seen: Machine)).Should().Be(AddressEvidence.Client);
        (await EvidenceAsync(Machine, seen: null)).Should()
            .Be(AddressEvidence.None, "a client that is not seen on its own link shows nothing");
        (await EvidenceAsync(Machine, seen: Other)).Should().Be(AddressEvidence.Another, "it says that it is another");
        (await EvidenceAsync(Other, seen: Other)).Should().Be(AddressEvidence.Another, "the lease is the machine's");
    }

    private async Task<AddressEvidence> EvidenceAsync(HardwareAddress client, HardwareAddress? seen)
    {
        await using var book =
            await HostedLeases6.OpenAsync(
            FilePath, BootNetwork.Subnet6(IPNetwork.Parse("fd00:77::/64"), null), new Seen(seen), TimeProvider.System);
        book.Bound().Should().Equal((Leased, Machine));
        return await new DualStackResolver(new NullAddressResolver(), book).FindEvidenceAsync(client, Leased, default);
    }

    private static Lease6 Lease(string address, LeaseState state) => new()
    {
        Address = IPAddress.Parse(address),
        Client = Duid.Of(Machine),
        AssociationId = 0xdeadbeef,
        Hardware = Machine,
        State = state,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Rule = "a free address",
    };

    private sealed class Seen(HardwareAddress? hardware) : IAddressResolver
    {
        public ValueTask<AddressEvidence> FindEvidenceAsync(
            HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
            new(hardware is null ? AddressEvidence.None : hardware == client ? AddressEvidence.Client : AddressEvidence.Another);

        public HardwareAddress? OwnerOf(IPAddress address) => hardware;
    }
}

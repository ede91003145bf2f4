using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Hosting.Leases;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Tests.Leases;

public sealed class HostedLeasesTests : IDisposable
{
    private static readonly HardwareAddress Machine = HardwareAddress.Parse("52:54:00:01:02:03"), Other =
        HardwareAddress.Parse("52:54:00:01:02:09");
    private static readonly IPNetwork Link = IPNetwork.Parse("10.0.0.0/24");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-leases");

    public void Dispose() => _folder.Delete(recursive: true);

    // The address, the relay that its lease came through, who is seen at the address, and what that shows of the machine.
    [Theory]
    [InlineData("10.0.0.100", null, "machine", nameof(AddressEvidence.Client))]
    [InlineData("10.0.0.100", null, "other", nameof(AddressEvidence.Another))]
    [InlineData("10.0.0.100", null, null, nameof(AddressEvidence.None))]
    [InlineData("10.0.0.100", "10.1.0.1", null, nameof(
        AddressEvidence.None))] // a relay that a neighbour made up: the address is of this link
    [InlineData("10.0.0.100", "10.0.0.7", null, nameof(AddressEvidence.None))]
    [InlineData("10.0.0.100", "10.1.0.1", "other", nameof(AddressEvidence.Another))]
    [InlineData("10.1.0.100", "10.1.0.1", null, nameof(AddressEvidence.Client))] // behind a relay
    [InlineData("10.1.0.100", null, null, nameof(AddressEvidence.None))] // another network's address without a relay
    public async Task The_lease_alone_decides_only_behind_a_relay(string address, string? relay, string? seen, string expected)
    {
        await using var book =
            await BookAsync(new Seen(seen switch { "machine" => Machine, "other" => Other, _ => (HardwareAddress?)null }),
            Lease(address, relay));
        (await book.FindEvidenceAsync(Machine, IPAddress.Parse(address), default)).ToString().Should().Be(expected);
        (await book.FindEvidenceAsync(Other, IPAddress.Parse(address), default)).Should()
            .Be(AddressEvidence.Another, "the lease is not its own");
        (await book.FindEvidenceAsync(Machine, IPAddress.Parse("10.0.0.101"), default)).Should().Be(AddressEvidence.None, "nobody has it");
    }

    [Fact]
    public async Task On_loopback_where_nobody_is_seen_the_lease_decides()
    {
        await using var book = await BookAsync(neighbours: null, Lease("10.0.0.100", relay: null));
        (await book.FindEvidenceAsync(Machine, IPAddress.Parse("10.0.0.100"), default)).Should().Be(AddressEvidence.Client);
    }

    private async Task<HostedLeases> BookAsync(IAddressResolver? neighbours, Lease lease)
    {
        var path = Path.Combine(_folder.FullName, "leases.db");
        await using (var store = SqliteLeaseStore.Open(path)) await store.WriteAsync(new[] { lease }, default);
        await using (var reopened = SqliteLeaseStore.Open(path)) (await reopened.ReadAsync(default).SingleAsync()).Relay.Should()
            .Be(lease.Relay);
        DhcpSubnet[] subnets = [Subnet("10.0.0"), Subnet("10.1.0")];
        var book = new HostedLeases(path, subnets, Link, neighbours, TimeProvider.System);
        await book.StartingAsync(default);
        return book;
    }

    private static DhcpSubnet Subnet(string net) =>
        new() { Network = IPNetwork.Parse($"{net}.0/24"), Ranges = [AddressRange.Parse($"{net}.100-{net}.200")] };

    private static Lease Lease(string address, string? relay) => new()
    {
        Address = IPAddress.Parse(address),
        Client = new ClientIdentifier([1, 0x52, 0x54, 0, 1, 2, 3]),
        Hardware = Machine,
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Relay = relay is null ? null : IPAddress.Parse(relay),
    };

    private sealed class Seen(HardwareAddress? hardware) : IAddressResolver
    {
        public ValueTask<AddressEvidence> FindEvidenceAsync(
            HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
            new(hardware is null ? AddressEvidence.None : hardware == client ? AddressEvidence.Client : AddressEvidence.Another);

        public HardwareAddress? OwnerOf(IPAddress address) => hardware;
    }
}

using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Core;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Nodes;
using Maas.Hosting.Policy;
using Maas.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Hosting.Tests.Policy;

public sealed class AddressEvidenceResolverTests : IAsyncLifetime
{
    private static readonly HardwareAddress Machine = HardwareAddress.Parse("52:54:00:01:02:03"), Other =
        HardwareAddress.Parse("52:54:00:01:02:09");
    private static readonly IPNetwork Prefix = IPNetwork.Parse("fd00:77::/64");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-evidence");
    private readonly ServedLinks _links = new();
    private MaasCore _core = null!; // opened before each test
    private HostedLeases _leases = null!;
    private HostedLeases6 _leases6 = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
        var options = new MaasOptions { DataDirectory = _folder.FullName };
        var data = new DataDirectory(options);
        var machines = new ListedMachines(_core.Machines, options, TimeProvider.System, NullLogger<ListedMachines>.Instance);
        (_leases, _leases6) = (new(data, machines, TimeProvider.System), new(data, machines, TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        _links.Dispose();
        await _leases.DisposeAsync();
        await _leases6.DisposeAsync();
        await _core.DisposeAsync();
        _folder.Delete(recursive: true);
    }

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
        var resolver = await ResolverAsync(
            new SeenNeighbours(seen switch { "machine" => Machine, "other" => Other, _ => (HardwareAddress?)null }), Lease(address, relay));
        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse(address), Token)).ToString().Should().Be(expected);
        (await resolver.FindEvidenceAsync(Other, IPAddress.Parse(address), Token)).Should()
            .Be(AddressEvidence.Another, "the lease is not its own");
        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse("10.0.0.101"), Token)).Should()
            .Be(AddressEvidence.None, "no client has it");
    }

    [Fact]
    public async Task On_loopback_where_no_neighbour_is_seen_the_lease_decides()
    {
        var resolver = await ResolverAsync(neighbours: null, Lease("10.0.0.100", relay: null));
        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse("10.0.0.100"), Token)).Should().Be(AddressEvidence.Client);
    }

    [Fact]
    public async Task Beside_another_DHCP_server_the_neighbours_decide()
    {
        Serve("proxy", "10.2.0", new SeenNeighbours(Machine), DhcpMode.Proxy);
        var resolver = await ResolverAsync(new SeenNeighbours(Other), Lease("10.0.0.100", relay: null));
        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse("10.2.0.9"), Token)).Should().Be(AddressEvidence.Client);
        resolver.OwnerOf(IPAddress.Parse("10.2.0.9")).Should().Be(Machine);
        resolver.OwnerOf(IPAddress.Parse("10.0.0.100")).Should().Be(Machine, "there, the lease tells");
    }

    [Theory]
    [InlineData("machine", "machine", nameof(AddressEvidence.Client))]
    [InlineData("machine", null, nameof(AddressEvidence.None))]
    [InlineData("machine", "other", nameof(AddressEvidence.Another))]
    [InlineData("other", "other", nameof(AddressEvidence.Another))]
    public async Task An_IPv6_lease_counts_only_where_the_link_shows_the_same_client(string client, string? seen, string expected)
    {
        var leased = IPAddress.Parse("fd00:77::1005");
        await using (var journal = LeaseJournal6.Open(Path.Combine(_folder.FullName, "leases6.journal")))
            await journal.WriteAsync([Lease6(leased)], Token);
        await _leases6.SetAsync("lab", [BootNetwork.Subnet6(Prefix, new MaasNetworkOptions())], Token);
        var resolver = await ResolverAsync(
            new SeenNeighbours(seen switch { "machine" => Machine, "other" => Other, _ => (HardwareAddress?)null }),
            Lease("10.0.0.100", null));

        _leases6.Bound().Should().Equal((leased, Machine));
        (await resolver.FindEvidenceAsync(client == "machine" ? Machine : Other, leased, Token)).ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData("machine", nameof(AddressEvidence.Client))]
    [InlineData("other", nameof(AddressEvidence.Another))]
    [InlineData(null, nameof(AddressEvidence.None))]
    public async Task On_a_link_without_IPv4_an_address_that_was_not_leased_is_known_by_who_is_seen_with_it(string? seen, string expected)
    {
        var neighbours = new SeenNeighbours(seen switch { "machine" => Machine, "other" => Other, _ => (HardwareAddress?)null });
        var prefix = IPNetwork.Parse("fd00:78::/64");
        _links.Set(new ServedLink(
            "six", new MaasNetworkOptions { Mode = DhcpMode.Observe, Prefix6 = prefix },
            new BootNetwork(IPAddress.Parse("fd00:78::1"), prefix), neighbours));
        var resolver = await ResolverAsync(neighbours, Lease("10.0.0.100", relay: null));

        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse("fd00:78::5054:ff:fe01:203"), Token)).ToString().Should().Be(expected);
        (await resolver.FindEvidenceAsync(Machine, IPAddress.Parse("fd00:77::5054:ff:fe01:203"), Token)).Should()
            .Be(AddressEvidence.None, "on a link with IPv4 addresses are leased");
    }

    private async Task<AddressEvidenceResolver> ResolverAsync(IAddressResolver? neighbours, Lease lease)
    {
        await using (var journal = LeaseJournal.Open(Path.Combine(_folder.FullName, "leases.journal")))
            await journal.WriteAsync(new[] { lease }, Token);
        Serve("lab", "10.0.0", neighbours, DhcpMode.Full);
        await _leases.SetAsync("lab", [Subnet("10.0.0")], Token);
        await _leases.SetAsync("relayed", [Subnet("10.1.0")], Token);
        return new AddressEvidenceResolver(_links, _leases, _leases6);
    }

    private void Serve(string name, string net, IAddressResolver? neighbours, DhcpMode mode) => _links.Set(new ServedLink(
        name, new MaasNetworkOptions { Mode = mode, Prefix6 = mode == DhcpMode.Full ? Prefix : null },
        new BootNetwork(IPAddress.Parse($"{net}.1"), IPNetwork.Parse($"{net}.0/24")), neighbours));

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

    private static Lease6 Lease6(IPAddress address) => new()
    {
        Address = address,
        Client = Duid.Of(Machine),
        AssociationId = 0xdeadbeef,
        Hardware = Machine,
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Rule = "a free address",
    };
}

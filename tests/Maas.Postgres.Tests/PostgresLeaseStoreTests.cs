using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Postgres.Tests;

/// <summary>Whose an address is, as the database decides it.</summary>
public sealed class PostgresLeaseStoreTests
{
    private static readonly Guid One = new("11111111-0000-0000-0000-000000000000"), Other = new("22222222-0000-0000-0000-000000000000");
    private static readonly IPAddress Address = IPAddress.Parse("10.0.0.5");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_is_read_as_it_was_written()
    {
        await using var store = await OpenAsync();
        var lease = Lease(1, Now(store)) with
        {
            HostName = "node\0 1", Rule = "its reservation", Relay = IPAddress.Parse("10.0.0.2"), State = LeaseState.Quarantined,
        };
        (await WriteAsync(store, One, lease, TimeSpan.FromHours(1))).Should().BeEmpty();

        var changes = await store.Leases.ReadAsync(Other, 0, Stop);

        changes.Leases.Should().ContainSingle().Which.Lease.Should().Be(lease with { HostName = "node 1" }, "PostgreSQL stores no NUL");
    }

    [Fact]
    public async Task An_address_is_one_clients_until_its_hold_ends()
    {
        await using var store = await OpenAsync();
        var now = Now(store);
        await WriteAsync(store, One, Lease(1, now), TimeSpan.FromHours(2));

        var conflicts = await WriteAsync(store, Other, Lease(2, now), TimeSpan.FromHours(1));
        (await WriteAsync(store, Other, Lease(1, now), TimeSpan.FromHours(1))).Should().BeEmpty("the same client renews at another host");
        var kept = (await store.Leases.ReadAsync(Guid.CreateVersion7(), 0, Stop)).Leases.Should().ContainSingle().Subject;

        conflicts.Should().ContainSingle().Which.Lease.Client.Should().Be(IdOf(1));
        kept.HeldUntil.Should().BeCloseTo(now.AddHours(2), TimeSpan.FromSeconds(1), "a hold does not become shorter");
    }

    [Fact]
    public async Task An_address_whose_hold_has_ended_is_free()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, One, Lease(1, Now(store)), TimeSpan.FromSeconds(-1));

        (await WriteAsync(store, Other, Lease(2, Now(store)), TimeSpan.FromHours(1))).Should().BeEmpty();
        (await WriteAsync(store, One, Lease(1, Now(store)), TimeSpan.FromHours(1))).Should().ContainSingle();
    }

    [Fact]
    public async Task A_reserve_is_one_hosts_until_it_is_given_back()
    {
        await using var store = await OpenAsync();
        var all = Enumerable.Range(1, 20).Select(number => IPAddress.Parse($"10.0.0.{number}")).ToList();
        await WriteAsync(store, One, Lease(1, Now(store)), TimeSpan.FromHours(1));

        var reserves = await Task.WhenAll(
            store.Leases.ClaimAsync(One, all, TimeSpan.FromHours(1), Stop).AsTask(),
            store.Leases.ClaimAsync(Other, all, TimeSpan.FromHours(1), Stop).AsTask());
        var mine = reserves[0].Select(entry => entry.Lease.Address).ToList();
        var theirs = reserves[1].Select(entry => entry.Lease.Address).ToList();

        mine.Concat(theirs).Should().OnlyHaveUniqueItems().And.HaveCount(19).And.NotContain(Address);
        var taken = (mine.Count > 0 ? mine : theirs)[0];
        var (owner, peer) = mine.Count > 0 ? (One, Other) : (Other, One);
        (await WriteAsync(store, peer, Lease(2, Now(store), taken), TimeSpan.FromHours(1))).Should().ContainSingle();
        (await WriteAsync(store, owner, Lease(2, Now(store), taken), TimeSpan.FromHours(1))).Should().BeEmpty();
        var reserve = await store.Leases.ClaimAsync(owner, [], TimeSpan.FromHours(2), Stop);
        await store.Leases.ReleaseAsync(owner, [.. reserve.Select(entry => entry with { HeldUntil = Now(store).AddHours(1) })], Stop);
        (await store.Leases.ClaimAsync(owner, [], TimeSpan.FromHours(1), Stop)).Should().HaveCount(reserve.Count, "it was claimed since");
        await store.Leases.ReleaseAsync(owner, reserve, Stop);
        (await store.Leases.ClaimAsync(peer, all, TimeSpan.FromHours(1), Stop)).Should().HaveCount(18);
    }

    [Fact]
    public async Task A_host_reads_what_others_have_changed_since()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, One, Lease(1, Now(store)), TimeSpan.FromHours(1));
        var before = await store.Leases.ReadAsync(One, 0, Stop);
        await WriteAsync(store, One, Lease(2, Now(store), IPAddress.Parse("10.0.0.6")), TimeSpan.FromHours(1));
        await WriteAsync(store, Other, Lease(3, Now(store), IPAddress.Parse("10.0.0.7")), TimeSpan.FromHours(1));

        var changes = await store.Leases.ReadAsync(One, before.Position, Stop);

        changes.Leases.Should().ContainSingle().Which.Lease.Client.Should().Be(IdOf(3));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_hears_of_another_ones_lease()
    {
        var stop = TestContext.Current.CancellationToken;
        var options = (await PostgresServer.GetSharedAsync()).NewOptions();
        await using var store = new PostgresLeaseStore(options);
        await using var peer = new PostgresLeaseStore(options);
        await peer.Leases.WaitAsync(TimeSpan.FromMilliseconds(1), stop); // it listens

        var waiting = peer.Leases.WaitAsync(TimeSpan.FromMinutes(10), stop);
        await WriteAsync(store, One, Lease(1, DateTimeOffset.UnixEpoch), TimeSpan.FromHours(1));

        await waiting;
    }

    [Fact]
    public async Task The_store_of_machines_brings_that_of_leases_with_it()
    {
        await using var services = new ServiceCollection().AddMaasPostgres("Host=db.example.com;Database=maas").BuildServiceProvider();

        services.GetRequiredService<ISharedLeaseStore<Lease>>().Should().BeSameAs(services.GetRequiredService<PostgresLeaseStore>().Leases);
        services.GetRequiredService<ISharedLeaseStore<Lease6>>().Should().NotBeNull("nothing is connected yet");
    }

    [Fact]
    public async Task IPv6_leases_are_of_an_association_of_a_client()
    {
        await using var store = await OpenAsync();
        var now = Now(store);
        var lease = new Lease6
        {
            Address = IPAddress.Parse("fd00::5"),
            Client = Duid.Parse("00:03:00:01:52:54:00:00:00:01"),
            AssociationId = 0xfedc_ba98,
            Hardware = HardwareAddress.Parse("52:54:00:00:00:01"),
            State = LeaseState.Bound,
            Since = now,
            ExpiresAt = now.AddHours(1),
            Rule = "a free address",
        };
        var free = IPAddress.Parse("fd00::6");

        (await Write6Async(store, One, lease)).Should().BeEmpty();
        (await Write6Async(store, Other, lease)).Should().BeEmpty("the same client renews at another host");
        var conflicts = await Write6Async(store, Other, lease with { AssociationId = 1 });
        var reserve = await store.Leases6.ClaimAsync(One, [lease.Address, free], TimeSpan.FromHours(1), Stop);

        conflicts.Should().ContainSingle().Which.Lease.Should().Be(lease);
        reserve.Should().ContainSingle().Which.Lease.Address.Should().Be(free);
        (await Write6Async(store, Other, lease with { Address = free })).Should().ContainSingle().Which.Server.Should().Be(One);
        (await store.Leases6.ReadAsync(Other, 0, Stop)).Leases.Should().HaveCount(2);
        await store.Leases6.ReleaseAsync(One, reserve, Stop);
        (await Write6Async(store, Other, lease with { Address = free, Hardware = null })).Should().BeEmpty();
    }

    private static async Task<IReadOnlyList<SharedLease<Lease6>>> Write6Async(PostgresLeaseStore store, Guid server, Lease6 lease) =>
        await store.Leases6.WriteAsync(server, new[] { new SharedLease<Lease6>(lease, lease.ExpiresAt, null) }, Stop);

    /// <summary>A client's lease of an hour.</summary>
    internal static SharedLease<Lease> LeaseOf(IPAddress address, int client, DateTimeOffset now) =>
        new(Lease(client, now, address), now.AddHours(1), null);

    private static async Task<PostgresLeaseStore> OpenAsync()
    {
        var store = new PostgresLeaseStore((await PostgresServer.GetSharedAsync()).NewOptions());
        await store.Leases.ReadAsync(One, 0, Stop);
        return store;
    }

    private static DateTimeOffset Now(PostgresLeaseStore store) =>
        DateTimeOffset.FromUnixTimeMilliseconds(store.Leases.GetClock(TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds());

    private static async Task<IReadOnlyList<SharedLease<Lease>>> WriteAsync(
        PostgresLeaseStore store, Guid server, Lease lease, TimeSpan held) =>
        await store.Leases.WriteAsync(server, new[] { new SharedLease<Lease>(lease, Now(store) + held, null) }, Stop);

    private static Lease Lease(int client, DateTimeOffset now, IPAddress? address = null) => new()
    {
        Address = address ?? Address,
        Client = IdOf(client),
        Hardware = new HardwareAddress(HardwareAddress.Ethernet, [2, 0, 0, 0, 0, (byte)client]),
        State = LeaseState.Bound,
        Since = now,
        ExpiresAt = now.AddHours(1),
    };

    private static ClientIdentifier IdOf(int client) => new([1, 2, 0, 0, 0, 0, (byte)client]);
}

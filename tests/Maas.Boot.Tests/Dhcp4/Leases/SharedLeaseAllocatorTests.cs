using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public sealed class SharedLeaseAllocatorTests
{
    [Fact]
    public async Task Two_servers_offer_new_clients_different_addresses()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();

        var first = await scene.AskAsync(0, AddressRequestKind.Discover, 1);
        var second = await scene.AskAsync(1, AddressRequestKind.Discover, 2);

        first.Kind.Should().Be(AddressResultKind.Grant);
        second.Address.Should().NotBe(first.Address);
    }

    [Fact]
    public async Task A_lease_is_in_the_store_before_it_is_granted_and_another_server_renews_it()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        scene.Store.Entries[granted.Address].Lease.Should().Match<Lease>(
            lease => lease.State == LeaseState.Bound && lease.Client == SharedLeaseScene.IdOf(1));
        var renewed = await scene.AskAsync(1, AddressRequestKind.Extend, 1, granted.Address.ToString());
        renewed.Kind.Should().Be(AddressResultKind.Grant, "the store knows the client, if this server does not yet");
        renewed.Address.Should().Be(granted.Address);
    }

    [Fact]
    public async Task A_client_that_a_peer_has_leased_an_address_to_is_offered_the_same()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        await scene.SynchronizeAsync(1);

        (await scene.AskAsync(1, AddressRequestKind.Discover, 1)).Address.Should().Be(granted.Address);
        scene.Servers[1].Leases.Find(granted.Address)!.Value.Hardware.Should().Be(LeaseScene.From(1).Hardware);
    }

    [Fact]
    public async Task Many_new_clients_at_once_all_get_an_address_while_there_are_any()
    {
        await using var scene = await SharedLeaseScene.OpenAsync(servers: 1);

        var offers = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(client => Task.Run(() => scene.AskAsync(0, AddressRequestKind.Discover, client))));

        offers.Should().OnlyContain(offer => offer.Kind == AddressResultKind.Grant, "the reserve of four is claimed again and again");
        offers.Select(offer => offer.Address).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Without_the_store_a_short_lease_is_renewed_for_no_longer_than_the_store_holds_the_address()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(1, 1, isFirmware: true);
        scene.Connections[1].IsCut = true;
        scene.Time.Advance(TimeSpan.FromMinutes(9));
        await scene.AskAsync(1, AddressRequestKind.Extend, 1, granted.Address.ToString(), isFirmware: true);
        scene.Time.Advance(TimeSpan.FromMinutes(6));

        var renewed = await scene.AskAsync(1, AddressRequestKind.Extend, 1, granted.Address.ToString(), isFirmware: true);

        renewed.Kind.Should().Be(AddressResultKind.Grant);
        (scene.Time.GetUtcNow() + renewed.LeaseTime).Should().BeBefore(scene.Store.Entries[granted.Address].HeldUntil);
    }

    [Fact]
    public async Task A_short_lease_whose_longer_one_was_never_written_is_renewed_for_no_longer_than_the_store_holds_the_address()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        scene.Connections[0].IsCut = true;
        var granted = await scene.LeaseAsync(0, 1);
        await scene.AskAsync(0, AddressRequestKind.Select, 1, granted.Address.ToString(), isFirmware: true);
        scene.Connections[0].IsCut = false;
        await scene.SynchronizeAsync(0);
        scene.Connections[0].IsCut = true;
        var until = scene.Store.Entries[granted.Address].HeldUntil;

        while (scene.Time.GetUtcNow() < until)
        {
            var renewed = await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString(), isFirmware: true);
            if (renewed.Kind == AddressResultKind.Grant) (scene.Time.GetUtcNow() + renewed.LeaseTime).Should().BeBefore(until);
            scene.Time.Advance(TimeSpan.FromMinutes(2));
        }
    }

    [Fact]
    public async Task A_host_that_was_suspended_leases_nothing_without_the_store_whose_hold_has_ended_since()
    {
        await using var scene = await SharedLeaseScene.OpenAsync(servers: 1);
        var host = new SuspendableTime(scene.Time);
        await scene.AddAsync(host);
        var known = await scene.LeaseAsync(1, 1);
        host.Suspend(known.LeaseTime + TimeSpan.FromMinutes(30)); // the lease is kept for 1 h more, and the claim of the reserve lasts 1 h
        scene.Connections[1].IsCut = true;

        (await scene.LeaseAsync(1, 2)).Kind.Should().NotBe(AddressResultKind.Grant, "another server may have claimed the reserve");
        var renewed = await scene.AskAsync(1, AddressRequestKind.Extend, 1, known.Address.ToString());
        renewed.Kind.Should().Be(AddressResultKind.Grant);
        renewed.LeaseTime.Should().BeLessThan(TimeSpan.FromMinutes(30)).And.BeGreaterThan(TimeSpan.FromMinutes(29));

        scene.Connections[1].IsCut = false;
        await scene.SynchronizeAsync(1);
        scene.Connections[1].IsCut = true;
        (await scene.LeaseAsync(1, 2)).Kind.Should().Be(AddressResultKind.Grant, "it has claimed a reserve again");
    }

    [Fact]
    public async Task A_host_that_was_suspended_reads_the_store_before_it_leases_again()
    {
        await using var scene = await SharedLeaseScene.OpenAsync(servers: 1);
        var host = new SuspendableTime(scene.Time);
        await scene.AddAsync(host);
        host.Suspend(TimeSpan.FromDays(2));

        var granted = await scene.LeaseAsync(1, 1);

        granted.Kind.Should().Be(AddressResultKind.Grant);
        var written = scene.Store.Entries[granted.Address];
        written.Lease.ExpiresAt.Should().BeCloseTo(scene.Time.GetUtcNow() + granted.LeaseTime, TimeSpan.FromSeconds(2));
        written.HeldUntil.Should().BeAfter(written.Lease.ExpiresAt);
    }

    [Fact]
    public async Task What_was_leased_alone_is_written_before_the_reserve_is_given_back()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        scene.Connections[0].IsCut = true;
        await scene.LeaseAsync(0, 2); // it finds the store away
        var granted = await scene.LeaseAsync(0, 1);
        scene.Servers[0].Leases.AddReservation(new AddressReservation.ForHardware(granted.Address, LeaseScene.From(1).Hardware))
            .Should().Be(new ReservationResult.Added());
        scene.Connections[0].IsCut = false;

        await scene.SynchronizeAsync(0);
        await scene.SynchronizeAsync(0);

        scene.Store.Entries[granted.Address].Lease.Client.Should().Be(SharedLeaseScene.IdOf(1));
        scene.Connections[0].Released.Should().NotContain(granted.Address);
    }

    [Fact]
    public async Task What_was_read_before_a_write_of_this_server_does_not_replace_it()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);
        await scene.SynchronizeAsync(1);
        await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString(), isFirmware: true);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Connections[1].AfterReading = async () =>
        {
            scene.Connections[1].AfterReading = null;
            await scene.AskAsync(1, AddressRequestKind.Release, 1, granted.Address.ToString());
        };

        await scene.SynchronizeAsync(1);

        scene.Servers[1].Leases.Find(granted.Address).Should().BeNull();
        await scene.SynchronizeAsync(1);
        scene.Servers[1].Leases.Find(granted.Address).Should().BeNull();
        await scene.AskAsync(0, AddressRequestKind.Select, 1, granted.Address.ToString());
        await scene.SynchronizeAsync(1);
        scene.Servers[1].Leases.Find(granted.Address)!.Value.State.Should().Be(LeaseState.Bound, "what a peer wrote later is learnt");
    }

    [Fact]
    public async Task An_address_of_another_client_is_refused()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        var stranger = await scene.AskAsync(1, AddressRequestKind.Select, 2, granted.Address.ToString());

        stranger.Kind.Should().Be(AddressResultKind.Refuse);
    }

    [Fact]
    public async Task Without_the_store_leases_are_renewed_and_new_clients_get_addresses_of_the_reserve()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var known = await scene.LeaseAsync(0, 1);
        await scene.SynchronizeAsync(1);
        foreach (var connection in scene.Connections) connection.IsCut = true;

        var renewed = await scene.AskAsync(1, AddressRequestKind.Extend, 1, known.Address.ToString());
        var here = await scene.LeaseAsync(0, 2);
        var there = await scene.LeaseAsync(1, 3);

        renewed.Kind.Should().Be(AddressResultKind.Grant);
        (here.Kind, there.Kind).Should().Be((AddressResultKind.Grant, AddressResultKind.Grant));
        here.Address.Should().NotBe(there.Address);
        scene.Servers.Should().OnlyContain(server => server.IsStoreAway);
        scene.Servers[1].Unwritten.Should().Be(2);
    }

    [Fact]
    public async Task What_was_granted_without_the_store_is_written_when_it_is_back()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        scene.Connections[0].IsCut = true;
        var granted = await scene.LeaseAsync(0, 1);
        scene.Store.Entries[granted.Address].Server.Should().NotBeNull("it is in the reserve yet");

        scene.Connections[0].IsCut = false;
        await scene.SynchronizeAsync(0);

        scene.Servers[0].IsStoreAway.Should().BeFalse();
        scene.Servers[0].Unwritten.Should().Be(0);
        scene.Store.Entries[granted.Address].Lease.Client.Should().Be(SharedLeaseScene.IdOf(1));
    }

    [Fact]
    public async Task Without_the_store_a_lease_is_renewed_no_longer_than_the_store_keeps_it()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1); // for 1 h, kept for 2 h
        scene.Connections[0].IsCut = true;

        scene.Time.Advance(TimeSpan.FromMinutes(90));
        var shortened = await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString());
        scene.Time.Advance(TimeSpan.FromMinutes(30));
        var ended = await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString());

        shortened.LeaseTime.Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(30)).And.BeGreaterThan(TimeSpan.FromMinutes(29));
        ended.Kind.Should().Be(AddressResultKind.Silent, "another server may have leased the address");
    }

    [Fact]
    public async Task A_client_that_only_a_peer_knows_is_not_answered_without_the_store()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        scene.Connections[1].IsCut = true;
        var granted = await scene.LeaseAsync(0, 1);
        await scene.LeaseAsync(1, 2); // finds the store away

        var answer = await scene.AskAsync(1, AddressRequestKind.Extend, 1, granted.Address.ToString());

        answer.Kind.Should().Be(AddressResultKind.Silent, "a refusal would cost the client its address");
    }

    [Fact]
    public async Task A_reserved_address_is_leased_by_every_server_without_the_store()
    {
        var reservation = new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.200"), LeaseScene.From(7).Hardware);
        await using var scene = await SharedLeaseScene.OpenAsync(subnet: SharedLeaseScene.Subnet with { Reservations = [reservation] });
        foreach (var connection in scene.Connections) connection.IsCut = true;

        (await scene.LeaseAsync(0, 7)).Address.Should().Be(reservation.Address);
        (await scene.LeaseAsync(1, 7)).Address.Should().Be(reservation.Address);
    }

    [Fact]
    public async Task An_address_of_a_peers_reserve_is_handed_over_to_the_client_that_it_is_reserved_for()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var peer = await scene.AskAsync(1, AddressRequestKind.Discover, 1);
        var wanted = scene.Store.Entries.Values.First(e => e.Server is not null && e.Lease.Address.Equals(peer.Address));
        var free = scene.Store.Entries.Values.First(e => e.Server == wanted.Server && !e.Lease.Address.Equals(peer.Address)).Lease.Address;
        var reservation = new AddressReservation.ForHardware(free, LeaseScene.From(7).Hardware);
        foreach (var server in scene.Servers) server.Leases.AddReservation(reservation).Should().BeOfType<ReservationResult.Added>();

        await scene.LeaseAsync(0, 7); // the peer may not have looked yet
        await scene.SynchronizeAsync(1);
        await scene.SynchronizeAsync(0);

        (await scene.LeaseAsync(0, 7)).Address.Should().Be(free);
        scene.Store.Entries[free].Should().Match<SharedLease<Lease>>(e => e.Server == null && e.Lease.State == LeaseState.Bound);
        (await scene.AskAsync(1, AddressRequestKind.Select, 1, peer.Address.ToString())).Kind.Should().Be(AddressResultKind.Grant);
    }

    [Fact]
    public async Task A_reserve_leaves_the_server_when_its_subnet_is_no_longer_served()
    {
        await using var scene = await SharedLeaseScene.OpenAsync(servers: 1);
        var elsewhere = SharedLeaseScene.Subnet with
        {
            Network = IPNetwork.Parse("10.0.1.0/24"), Ranges = [AddressRange.Parse("10.0.1.10-10.0.1.41")],
        };

        scene.Servers[0].ReplaceSubnets([elsewhere]);
        await scene.SynchronizeAsync(0);

        scene.Store.Entries.Values.Where(e => e.Server is not null).Should().HaveCount(4)
            .And.OnlyContain(e => elsewhere.Network.Contains(e.Lease.Address));
    }

    [Fact]
    public async Task A_slow_store_delays_an_answer_by_no_more_than_the_answer_time()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();
        var offer = await scene.AskAsync(0, AddressRequestKind.Discover, 1);
        scene.Connections[0].Pause();

        var asked = scene.AskAsync(0, AddressRequestKind.Select, 1, offer.Address.ToString());
        asked.IsCompleted.Should().BeFalse();
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        var granted = await asked;
        var next = await scene.LeaseAsync(0, 2);

        granted.Kind.Should().Be(AddressResultKind.Grant);
        next.Kind.Should().Be(AddressResultKind.Grant, "the second client does not wait at all");
        scene.Connections[0].Continue();
    }

    [Fact]
    public async Task A_reserve_that_is_used_up_is_filled_while_the_client_waits()
    {
        await using var scene = await SharedLeaseScene.OpenAsync();

        var granted = new HashSet<IPAddress>();
        for (var client = 1; client <= 24; client++)
        {
            var answer = await scene.LeaseAsync(client % 2, client);
            answer.Kind.Should().Be(AddressResultKind.Grant);
            granted.Add(answer.Address);
        }

        granted.Should().HaveCount(24);
    }

    [Fact]
    public async Task The_reserve_of_a_server_that_ends_is_free_at_once_and_that_of_one_that_crashed_after_the_outage_time()
    {
        await using var scene = await SharedLeaseScene.OpenAsync(1);
        var reserved = scene.Store.Entries.Values.Count(entry => entry.Server is not null);
        reserved.Should().Be(4, "an eighth of 32");

        await scene.ReplaceAsync(0);
        scene.Store.Entries.Values.Count(entry => entry.Server is not null).Should().Be(8);
        await scene.Servers[0].DisposeAsync();
        scene.Store.Entries.Values.Count(entry => entry.Server is not null).Should().Be(4, "the one that crashed has given back nothing");

        scene.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        scene.Servers.Clear();
        await scene.AddAsync();
        for (var client = 1; client <= 32; client++)
            (await scene.LeaseAsync(0, client)).Kind.Should().Be(AddressResultKind.Grant, "client {0} of 32", client);
    }
}

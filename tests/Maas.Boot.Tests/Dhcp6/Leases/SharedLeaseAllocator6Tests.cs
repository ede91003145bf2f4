using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp.Leases;

namespace Maas.Boot.Tests.Dhcp6.Leases;

public sealed class SharedLeaseAllocator6Tests
{
    [Fact]
    public async Task A_lease_is_in_the_store_before_it_is_granted_and_another_server_renews_it()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        scene.Store.Entries[granted!].Lease.Should().Match<Lease6>(
            lease => lease.State == LeaseState.Bound && lease.Client == LeaseScene6.ClientOf(1));
        var rebound = await scene.AskAsync(1, AssociationRequestKind.Rebind, 1, $"{granted}");
        LeaseScene6.Granted(rebound).Should().Be(granted, "the store knows the client, if this server does not yet");
        await scene.SynchronizeAsync(1);
        LeaseScene6.Granted(await scene.AskAsync(1, AssociationRequestKind.Solicit, 1)).Should().Be(granted);
    }

    [Fact]
    public async Task Servers_lease_different_addresses()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();

        var granted = new List<IPAddress?>();
        for (byte client = 1; client <= 24; client++) granted.Add(await scene.LeaseAsync(client % 2, client));

        granted.Should().OnlyHaveUniqueItems().And.NotContainNulls();
        scene.Store.Entries.Values.Count(entry => entry.Server is null).Should().Be(24);
    }

    [Fact]
    public async Task An_address_of_another_client_is_not_granted()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        var other = await scene.AskAsync(1, AssociationRequestKind.Renew, 2, $"{granted}");
        var taken = LeaseScene6.Granted(await scene.AskAsync(1, AssociationRequestKind.Take, 2, $"{granted}"));

        other.Association.Status!.Value.Status.Should().Be(Dhcp6Status.NoBinding);
        taken.Should().NotBeNull().And.NotBe(granted);
    }

    [Fact]
    public async Task Without_the_store_leases_are_renewed_and_new_clients_get_addresses_of_the_reserve()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var known = await scene.LeaseAsync(0, 1);
        await scene.SynchronizeAsync(1);
        foreach (var connection in scene.Connections) connection.IsCut = true;

        LeaseScene6.Granted(await scene.AskAsync(1, AssociationRequestKind.Rebind, 1, $"{known}")).Should().Be(known);
        var (here, there) = (await scene.LeaseAsync(0, 2), await scene.LeaseAsync(1, 3));

        here.Should().NotBeNull();
        there.Should().NotBeNull().And.NotBe(here);
        scene.Servers.Should().OnlyContain(server => server.IsStoreAway);
        scene.Servers[1].Unwritten.Should().Be(2);

        foreach (var connection in scene.Connections) connection.IsCut = false;
        foreach (var server in (int[])[0, 1]) await scene.SynchronizeAsync(server);
        scene.Servers.Should().OnlyContain(server => !server.IsStoreAway && server.Unwritten == 0);
        scene.Store.Entries[here!].Lease.Client.Should().Be(LeaseScene6.ClientOf(2));
        scene.Store.Entries[there!].Lease.Client.Should().Be(LeaseScene6.ClientOf(3));
    }

    [Fact]
    public async Task Without_the_store_a_lease_is_renewed_no_longer_than_the_store_keeps_it()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1); // for 1 h, kept for 2 h
        scene.Connections[0].IsCut = true;

        scene.Time.Advance(TimeSpan.FromMinutes(90));
        var shortened = await scene.AskAsync(0, AssociationRequestKind.Renew, 1, $"{granted}");
        scene.Time.Advance(TimeSpan.FromMinutes(30));
        var ended = await scene.AskAsync(0, AssociationRequestKind.Renew, 1, $"{granted}");

        shortened.Association.Addresses.Single().Valid.Should()
            .BeLessThanOrEqualTo(TimeSpan.FromMinutes(30)).And.BeGreaterThan(TimeSpan.FromMinutes(29));
        ended.IsSilent.Should().BeTrue("another server may have leased the address");
    }

    [Fact]
    public async Task A_host_that_was_suspended_leases_nothing_without_the_store_whose_hold_has_ended_since()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync(servers: 1);
        var host = new SuspendableTime(scene.Time);
        await scene.AddAsync(host);
        var known = await scene.LeaseAsync(1, 1); // for 1 h, kept for 2 h
        host.Suspend(TimeSpan.FromMinutes(90));
        scene.Connections[1].IsCut = true;

        (await scene.LeaseAsync(1, 2)).Should().BeNull("another server may have claimed the reserve");
        var renewed = await scene.AskAsync(1, AssociationRequestKind.Renew, 1, $"{known}");
        renewed.Association.Addresses.Single().Valid.Should()
            .BeLessThanOrEqualTo(TimeSpan.FromMinutes(30)).And.BeGreaterThan(TimeSpan.FromMinutes(29));
    }

    [Fact]
    public async Task A_client_that_only_a_peer_knows_is_not_answered_without_the_store()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        scene.Connections[1].IsCut = true;
        var granted = await scene.LeaseAsync(0, 1);
        await scene.LeaseAsync(1, 2); // finds the store away

        (await scene.AskAsync(1, AssociationRequestKind.Rebind, 1, $"{granted}")).IsSilent.Should().BeTrue();
    }

    [Fact]
    public async Task A_lease_that_a_cut_off_peer_has_granted_is_not_refused()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        scene.Connections[1].IsCut = true;
        var granted = await scene.LeaseAsync(1, 1);

        var answer = await scene.AskAsync(0, AssociationRequestKind.Rebind, 1, $"{granted}");

        answer.IsSilent.Should().BeTrue("the address is in the peer's reserve, and the client uses it rightly");
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_its_address_after_release_and_after_the_hold()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        await scene.AskAsync(0, AssociationRequestKind.Release, 1, $"{granted}");
        scene.Servers[0].Leases.List().Should().BeEmpty();
        (await scene.LeaseAsync(0, 1)).Should().Be(granted, "the address is kept for it");
        scene.Time.Advance(TimeSpan.FromHours(3));
        await scene.SynchronizeAsync(1);

        (await scene.LeaseAsync(1, 1)).Should().Be(granted, "no other client has taken it");
    }

    [Fact]
    public async Task An_address_of_a_peers_reserve_is_handed_over_to_the_client_that_it_is_reserved_for()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var offered = LeaseScene6.Granted(await scene.AskAsync(1, AssociationRequestKind.Solicit, 1))!;
        var reservation = new AddressReservation6.ForHardware(offered, LeaseScene6.HardwareOf(7));
        foreach (var server in scene.Servers) server.Leases.AddReservation(reservation).Should().BeOfType<ReservationResult6.Added>();

        await scene.SynchronizeAsync(1);
        await scene.SynchronizeAsync(0);

        (await scene.LeaseAsync(0, 7)).Should().Be(offered);
        LeaseScene6.Granted(await scene.AskAsync(1, AssociationRequestKind.Take, 1, $"{offered}")).Should().NotBe(offered);
    }

    [Fact]
    public async Task Other_subnets_do_not_lose_what_the_store_says()
    {
        await using var scene = await SharedLeaseScene6.OpenAsync();
        var granted = await scene.LeaseAsync(0, 1);

        scene.Servers[0].ReplaceSubnets([SharedLeaseScene6.Subnet with { NameServers = [IPAddress.Parse("fd00:77::53")] }]);

        LeaseScene6.Granted(await scene.AskAsync(0, AssociationRequestKind.Renew, 1, $"{granted}")).Should().Be(granted);
        (await scene.LeaseAsync(0, 2)).Should().NotBeNull("the reserve is still its own");
    }
}

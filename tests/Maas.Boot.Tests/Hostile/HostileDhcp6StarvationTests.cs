using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp6.Server;

namespace Maas.Boot.Tests.Hostile;

/// <summary>Clients that take every IPv6 address, or say that none is free.</summary>
public class HostileDhcp6StarvationTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("fd00:77::fe");
    private static readonly Dhcp6Subnet Two = LeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::10-fd00:77::11")] };

    [Fact]
    public async Task A_client_that_declines_whatever_it_gets_does_not_empty_the_pool()
    {
        var scene = await LeaseScene6.OpenAsync();
        var limits = new List<string?>();
        for (var i = 0; i < 100; i++) limits.Add(scene.Ask(AssociationRequestKind.Decline, 1, $"{scene.Take(1)}").Limit);
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(16);
        limits.Where(l => l is not null).Should().Equal("16 addresses declined in a minute on the link");
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AssociationRequestKind.Decline, 2, $"{scene.Take(2)}");
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(17);
    }

    [Fact]
    public async Task A_client_that_invents_interfaces_gets_some_addresses_and_no_more()
    {
        var scene = await LeaseScene6.OpenAsync();
        Enumerable.Range(1, 100).Count(id => Take(scene, 1, (uint)id, default)).Should().Be(16);
        Take(scene, 1, 5, default).Should().BeTrue("it has an address for that one already");
        Take(scene, 2, 1, default).Should().BeTrue();
        scene.Time.Advance(TimeSpan.FromHours(2));
        Take(scene, 1, 99, default).Should().BeTrue("what it had has ended");
    }

    [Fact]
    public async Task A_circuit_that_invents_clients_is_held_back_and_other_circuits_are_not()
    {
        var scene = await LeaseScene6.OpenAsync(rules: new LeaseOptions6 { NewClientsPerMinute = 5 });
        var bad = new AttachmentPlace("bad"u8.ToArray(), Relay);
        Enumerable.Range(1, 100).Count(client => Take(scene, (byte)client, 1, bad)).Should().Be(5);
        Take(scene, 3, 1, bad).Should().BeTrue("it has an address already");
        Take(scene, 200, 1, new AttachmentPlace("good"u8.ToArray(), Relay)).Should().BeTrue();
        Take(scene, 201, 1, new AttachmentPlace("bad"u8.ToArray(), IPAddress.Parse("fd00:77::fd")))
            .Should()
            .BeTrue("another relay's circuit of the same name is another");
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        Take(scene, 101, 1, bad).Should().BeTrue();
    }

    [Fact]
    public async Task A_known_machine_gets_the_address_of_a_client_that_is_unknown_and_has_never_renewed()
    {
        var scene = await LeaseScene6.OpenAsync(Two, new LeaseOptions6 { IsKnownClient = h => h == LeaseScene6.HardwareOf(7) });
        var kept = scene.Take(1)!;
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AssociationRequestKind.Renew, 1, $"{kept}");
        var displaced = scene.Take(2)!;
        scene.Take(3).Should().BeNull("all are held");
        LeaseScene6.Granted(scene.Ask(AssociationRequestKind.Solicit, 7)).Should().Be(displaced, "the other one has renewed");
        scene.Addresses.Find(displaced)!.Hardware.Should().Be(LeaseScene6.HardwareOf(2), "nothing is taken from it by an offer");
        scene.Take(7, $"{displaced}").Should().Be(displaced);
        LeaseScene6.Granted(scene.Ask(AssociationRequestKind.Renew, 2, $"{displaced}")).Should().BeNull("it begins anew");
        scene.Take(2).Should().BeNull("a client that is not known displaces none");
        scene.Take(1).Should().Be(kept);
    }

    [Fact]
    public async Task A_lease_that_was_renewed_before_the_subnets_changed_is_not_taken_for_a_known_machine()
    {
        var rules = new LeaseOptions6 { IsKnownClient = h => h == LeaseScene6.HardwareOf(7) };
        var scene = await LeaseScene6.OpenAsync(Two with { Ranges = [AddressRange6.Parse("fd00:77::10-fd00:77::10")] }, rules);
        var kept = scene.Take(1)!;
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AssociationRequestKind.Renew, 1, $"{kept}");
        scene.Addresses.ReplaceSubnets([Two with { Ranges = [AddressRange6.Parse("fd00:77::10-fd00:77::10")] }]);
        scene.Take(7).Should().BeNull();
    }

    [Fact]
    public async Task A_known_machine_is_served_while_strangers_use_up_a_limit_and_its_address_opens_no_way_around_it()
    {
        var known = LeaseScene6.HardwareOf(200);
        var scene = await LeaseScene6.OpenAsync(rules: new LeaseOptions6 { NewClientsPerMinute = 5, IsKnownClient = h => h == known });
        var place = new AttachmentPlace("bad"u8.ToArray(), Relay);
        Enumerable.Range(1, 20).Count(client => Take(scene, (byte)client, 1, place)).Should().Be(5);
        Take(scene, 200, 1, place).Should().BeTrue();
        Enumerable.Range(101, 20)
            .Count(client => IsGivenTo(scene, (byte)client, known, place))
            .Should()
            .Be(3, "a machine may have four addresses");
    }

    [Fact]
    public async Task A_known_hardware_address_said_with_ever_new_identifiers_displaces_few_clients()
    {
        var known = LeaseScene6.HardwareOf(200);
        var scene = await LeaseScene6.OpenAsync(
            LeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::10-fd00:77::1f")] },
            new LeaseOptions6 { IsKnownClient = h => h == known });
        for (byte client = 1; client <= 16; client++) scene.Take(client).Should().NotBeNull();
        Enumerable.Range(101, 20).Count(client => IsGivenTo(scene, (byte)client, known, default)).Should().Be(4);
    }

    [Fact]
    public async Task A_bound_is_told_once_a_minute_and_place()
    {
        var scene = await LeaseScene6.OpenAsync(rules: new LeaseOptions6 { NewClientsPerMinute = 1, NewClientsPerMinuteOfRelay = 1 });
        string?[] Told(AttachmentPlace place, byte first) =>
            [.. Enumerable.Range(first, 4).Select(c => Ask(scene, (byte)c, 1, place).Limit)];
        Told(new AttachmentPlace("bad"u8.ToArray(), Relay), 1)
            .Should()
            .Equal(null, "1 new clients in a minute behind circuit 626164 of relay fd00:77::fe", null, null);
        Told(new AttachmentPlace(default, Relay), 11)
            .Should()
            .Equal(null, "1 new clients in a minute behind relay fd00:77::fe", null, null);
    }

    [Fact]
    public async Task A_pool_that_ran_out_is_told_once_a_minute()
    {
        var scene = await LeaseScene6.OpenAsync(LeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::10-fd00:77::11")] });
        scene.Take(1);
        scene.Take(2);
        scene.Ask(AssociationRequestKind.Take, 3).Limit.Should().Be("all 2 addresses of fd00:77::/64 are in use");
        scene.Ask(AssociationRequestKind.Solicit, 4).Limit.Should().BeNull();
    }

    [Fact]
    public async Task Every_used_address_says_why_and_since_when()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Take(1, "fd00:77::1055");
        scene.Ask(AssociationRequestKind.Renew, 1, "fd00:77::1055");
        scene.Take(2, "fd00:77::1056");
        scene.Ask(AssociationRequestKind.Decline, 2, "fd00:77::1056");
        await scene.Addresses.CommitAsync(default);
        await scene.RestartAsync();
        scene.Addresses.List().Select(l => (l.Since, l.Why)).Should().Equal(
            (
                scene.Time.Start,
                $"leased to 52:54:00:77:00:01 (client {LeaseScene6.ClientOf(1)}, interface 00000001): the address it asked for"),
            (
                scene.Time.Start,
                $"kept from everybody; last given to 52:54:00:77:00:02 (client {LeaseScene6.ClientOf(2)}, interface 00000001): " +
                "somebody else uses the address, said the client it was given to"));
    }

    // An identifier of its own, and a hardware address that may be forged.
    private static bool IsGivenTo(LeaseScene6 scene, byte client, HardwareAddress hardware, AttachmentPlace place) =>
        LeaseScene6.Granted(scene.Addresses.Ask(
            scene.Addresses.SubnetOf(Relay)!,
            new AssociationRequest(
                AssociationRequestKind.Take, LeaseScene6.ClientOf(client), Packet6.Association(1), hardware, IsFirmware: false)
            {
                Place = place
            })) is not null;

    private static bool Take(LeaseScene6 scene, byte client, uint association, AttachmentPlace place) =>
        LeaseScene6.Granted(Ask(scene, client, association, place)) is not null;

    private static AssociationResult Ask(LeaseScene6 scene, byte client, uint association, AttachmentPlace place) =>
        scene.Addresses.Ask(
            scene.Addresses.SubnetOf(Relay)!,
            new AssociationRequest(
                AssociationRequestKind.Take,
                LeaseScene6.ClientOf(client),
                Packet6.Association(association),
                LeaseScene6.HardwareOf(client),
                IsFirmware: false) { Place = place });
}

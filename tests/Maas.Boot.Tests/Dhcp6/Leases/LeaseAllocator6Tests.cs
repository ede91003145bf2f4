using System.Net;
using CsCheck;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Tests.Dhcp6.Leases;

public class LeaseAllocator6Tests
{
    private static readonly IPAddress Asked = IPAddress.Parse("fd00:77::1055");

    [Fact]
    public async Task An_advertised_address_is_held_for_nobody_and_the_client_gets_it_all_the_same()
    {
        var scene = await LeaseScene6.OpenAsync();
        var offered = LeaseScene6.Granted(scene.Ask(AssociationRequestKind.Solicit, 1));
        scene.Addresses.List().Should().BeEmpty();
        scene.Take(1).Should().Be(offered);
        scene.Take(2).Should().NotBe(offered);
    }

    [Fact]
    public async Task A_client_gets_the_address_it_asks_for_and_keeps_it()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Take(1, "fd00:77::1055").Should().Be(Asked);
        scene.Take(1).Should().Be(Asked);
        scene.Take(2, "fd00:77::1055").Should().NotBeNull().And.NotBe(Asked);
    }

    [Fact]
    public async Task A_client_comes_back_to_its_address_long_after_it_ended()
    {
        var scene = await LeaseScene6.OpenAsync();
        var first = scene.Take(1);
        scene.Time.Advance(TimeSpan.FromDays(3));
        scene.Addresses.List().Should().BeEmpty();
        scene.Take(1).Should().Be(first);
    }

    [Fact]
    public void A_client_that_renews_without_end_is_noted_once_and_its_end_is_found()
    {
        var pool = new AddressPool6(LeaseScene6.Subnet);
        var now = DateTimeOffset.UnixEpoch;
        void Hold(TimeSpan time) =>
            pool.Set(new Lease6
            {
                Address = Asked,
                Client = LeaseScene6.ClientOf(1),
                AssociationId = 1,
                State = LeaseState.Bound,
                Since = now,
                ExpiresAt = now + time
            });
        for (var i = 0; i < 1000; i++, now += TimeSpan.FromSeconds(1))
        {
            Hold(TimeSpan.FromHours(1));
            Hold(TimeSpan.FromMinutes(10)); // the same client as firmware
            pool.Reclaim(now);
        }

        pool.Held.Should().ContainSingle();
        pool.Endings.Should().BeLessThan(5);
        pool.Reclaim(now + TimeSpan.FromMinutes(11));
        pool.Held.Should().BeEmpty();
        pool.Reclaim(now + TimeSpan.FromHours(2));
        pool.Endings.Should().Be(0);
    }

    [Fact]
    public async Task All_addresses_of_a_range_are_leased_and_then_none()
    {
        var scene = await LeaseScene6.OpenAsync(LeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::50-fd00:77::55")] });
        var taken = Enumerable.Range(1, 5).Select(i => scene.Take((byte)i)).ToList();
        taken.Should().OnlyHaveUniqueItems().And.NotContainNulls().And.NotContain(IPAddress.Parse("fd00:77::53"), "the name server has it");
        scene.Ask(AssociationRequestKind.Take, 9).Association.Status!.Value.Status.Should().Be(Dhcp6Status.NoAddressesAvailable);
        scene.Time.Advance(TimeSpan.FromHours(1));
        scene.Take(9).Should().NotBeNull();
    }

    [Fact]
    public async Task A_reserved_address_goes_to_its_machine_alone()
    {
        var kept = IPAddress.Parse("fd00:77::1010");
        var scene = await LeaseScene6.OpenAsync(LeaseScene6.Subnet with
        {
            Reservations =
            [
                new AddressReservation6.ForHardware(kept, LeaseScene6.HardwareOf(7)),
                new AddressReservation6.ForClient(IPAddress.Parse("fd00:77::7"), LeaseScene6.ClientOf(8))
            ],
        });
        scene.Take(1, "fd00:77::1010").Should().NotBe(kept);
        scene.Take(7).Should().Be(kept);
        scene.Take(8).Should().Be(IPAddress.Parse("fd00:77::7"));
    }

    [Fact]
    public async Task An_address_of_another_link_is_refused_when_asked_for_and_withdrawn_when_used()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Ask(AssociationRequestKind.Take, 1, "fd00:1::1").Association.Status!.Value.Status.Should().Be(Dhcp6Status.NotOnLink);
        foreach (var kind in (AssociationRequestKind[])[AssociationRequestKind.Renew, AssociationRequestKind.Rebind])
            scene.Ask(kind, 1, "fd00:1::1").Association.Addresses.Should()
                .Equal(new LeasedAddress(IPAddress.Parse("fd00:1::1"), TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_renewal_extends_the_lease_and_withdraws_what_is_not_the_clients()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Take(1, "fd00:77::1055");
        scene.Time.Advance(TimeSpan.FromMinutes(50));
        scene.Ask(AssociationRequestKind.Renew, 1, "fd00:77::1055", "fd00:77::1056").Association.Addresses
            .Select(a => (a.Address, a.Valid))
                .Should()
                .Equal((Asked, TimeSpan.FromHours(1)), (IPAddress.Parse("fd00:77::1056"), TimeSpan.Zero));
        scene.Time.Advance(TimeSpan.FromMinutes(50));
        scene.Addresses.List().Should().ContainSingle().Which.Since.Should().Be(scene.Time.Start);
    }

    [Fact]
    public async Task A_lease_that_was_lost_here_is_taken_up_again_unless_somebody_else_has_the_address()
    {
        var scene = await LeaseScene6.OpenAsync();
        LeaseScene6.Granted(scene.Ask(AssociationRequestKind.Rebind, 1, "fd00:77::1055")).Should().Be(Asked);
        scene.Ask(AssociationRequestKind.Renew, 2, "fd00:77::1055").Association.Status!.Value.Status.Should().Be(Dhcp6Status.NoBinding);
        scene.Ask(AssociationRequestKind.Rebind, 2, "fd00:77::1055").Association.Addresses.Single().Valid.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_released_address_is_free_and_only_its_client_can_release_it()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Take(1, "fd00:77::1055");
        scene.Ask(AssociationRequestKind.Release, 2, "fd00:77::1055").Association.Status!.Value.Status.Should().Be(Dhcp6Status.NoBinding);
        scene.Ask(AssociationRequestKind.Release, 1, "fd00:77::1055").Association.Status.Should().BeNull();
        scene.Take(2, "fd00:77::1055").Should().Be(Asked);
    }

    [Fact]
    public async Task A_declined_address_is_quarantined_for_everybody()
    {
        var scene = await LeaseScene6.OpenAsync();
        scene.Take(1, "fd00:77::1055");
        scene.Ask(AssociationRequestKind.Decline, 1, "fd00:77::1055");
        scene.Take(1, "fd00:77::1055").Should().NotBe(Asked);
        scene.Take(2, "fd00:77::1055").Should().NotBe(Asked);
        scene.Addresses.List().Should().Contain(l => l.Address.Equals(Asked) && l.State == LeaseState.Quarantined);
    }

    [Fact]
    public async Task What_was_granted_is_in_the_store_after_a_commit_and_known_after_a_restart()
    {
        var scene = await LeaseScene6.OpenAsync();
        var address = scene.Take(1)!;
        scene.Store.Fails = true;
        await FluentActions.Awaiting(() => scene.Addresses.CommitAsync(default).AsTask()).Should().ThrowAsync<IOException>();
        scene.Store.Fails = false;
        await scene.Addresses.CommitAsync(default);
        await scene.RestartAsync();
        scene.Addresses.List().Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Address = address,
            Client = LeaseScene6.ClientOf(1),
            Hardware = (HardwareAddress?)LeaseScene6.HardwareOf(1),
            State = LeaseState.Bound
        });
        scene.Take(2, $"{address}").Should().NotBe(address);
    }

    [Fact]
    public Task No_two_clients_ever_hold_one_address() =>
        Gen.Select(Gen.Int[1, 5], Gen.Byte[1, 12], Gen.Byte, Gen.Int[0, 40]).Array[1, 80].SampleAsync(async steps =>
    {
        var scene = await LeaseScene6.OpenAsync(LeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::50-fd00:77::57")] });
        var held = new Dictionary<IPAddress, (byte Client, DateTimeOffset Until)>();
        foreach (var (kind, client, address, minutes) in steps)
        {
            var asked = $"fd00:77::5{address % 8}";
            var answer = scene.Ask((AssociationRequestKind)kind, client, asked);
            var now = scene.Time.GetUtcNow();
            foreach (var granted in answer.Association.Addresses.Where(a => a.Valid > TimeSpan.Zero))
            {
                if (held.TryGetValue(granted.Address, out var holder) && holder.Until > now && holder.Client != client) return false;
                held[granted.Address] = (client, now + granted.Valid);
            }

            if (kind >= 4 && answer.Association.Status is null) held.Remove(IPAddress.Parse(asked));
            scene.Time.Advance(TimeSpan.FromMinutes(minutes));
        }

        return true;
    }, iter: 300);

    [Theory]
    [InlineData("fd00:78::1-fd00:78::2")]
    [InlineData("fd00:77::1000-fd00:77::2000", "fd00:77::1500-fd00:77::1600")]
    public async Task Subnets_that_contradict_themselves_are_refused(params string[] ranges)
    {
        var subnet = LeaseScene6.Subnet with { Ranges = [.. ranges.Select(r => AddressRange6.Parse(r))] };
        await FluentActions.Awaiting(() => LeaseScene6.OpenAsync(subnet)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public void A_range_is_bounded()
    {
        AddressRange6.TryParse("fd00::-fd00::f:ffff", out var largest).Should().BeTrue();
        largest.ToString().Should().Be("fd00::-fd00::f:ffff");
        AddressRange6.TryParse("fd00::-fd00::10:0", out _).Should().BeFalse();
        AddressRange6.TryParse("fd00::2-fd00::1", out _).Should().BeFalse();
        AddressRange6.TryParse("10.0.0.1-10.0.0.2", out _).Should().BeFalse();
    }
}

using System.Net;
using CsCheck;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Boot.Tests.Dhcp6.Leases;

/// <summary>IPv6 subnets and reservations change while the server serves.</summary>
public class SubnetChange6Tests
{
    private static readonly TimeSpan LeaseTime = LeaseScene6.Subnet.LeaseTime;

    private static readonly Gen<(int Action, int Client, int Address)[]> Story =
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 6], Gen.Int[0x10, 0x20]).Array[1, 60];

    [Fact]
    public async Task A_lease_that_the_new_subnets_lease_too_goes_on_as_before()
    {
        var scene = await LeaseScene6.OpenAsync();
        var address = scene.Take(1)!;
        scene.Time.Advance(LeaseTime / 2);
        scene.Addresses.ReplaceSubnets([LeaseScene6.Subnet with { LeaseTime = LeaseTime / 2 }]).Should().BeEmpty();
        Renewed(scene, 1, address).Should().Be(LeaseTime / 2);
        scene.Take(1).Should().Be(address);
    }

    [Fact]
    public async Task A_lease_outside_of_the_new_ranges_is_kept_until_it_ends_and_renewed_for_the_rest_alone()
    {
        var scene = await LeaseScene6.OpenAsync(From(0x10));
        var address = scene.Take(1)!;
        scene.Addresses.ReplaceSubnets([From(0x20)]).Should().ContainSingle().Which.Address.Should().Be(address);
        scene.Time.Advance(LeaseTime / 4);
        Renewed(scene, 1, address).Should().Be(LeaseTime * 3 / 4);
        scene.Addresses.Find(address)!.ExpiresAt.Should().Be(scene.Time.Start + LeaseTime);
        scene.Time.Advance((LeaseTime * 3 / 4) - TimeSpan.FromSeconds(9));
        Renewed(scene, 1, address).Should().Be(TimeSpan.Zero, "it is told not to use it any longer, and begins anew in time");
        scene.Addresses.Find(address).Should().NotBeNull("no other client gets it before its end");
        From(0x20).Ranges[0].Contains(scene.Take(1)!).Should().BeTrue();
    }

    [Fact]
    public async Task A_lease_of_a_subnet_that_is_not_served_for_a_while_counts_again_when_it_is()
    {
        var elsewhere = new Dhcp6Subnet
        {
            Network = IPNetwork.Parse("fd00:55::/64"),
            Ranges = [AddressRange6.Parse("fd00:55::10-fd00:55::1f")]
        };
        var scene = await LeaseScene6.OpenAsync(From(0x10));
        var addresses = Enumerable.Range(1, 4).Select(c => scene.Take((byte)c)!).ToList();
        var served = scene.Addresses.SubnetOf(addresses[0])!;
        scene.Addresses.ReplaceSubnets([elsewhere]).Should().HaveCount(4);
        scene.Addresses.SubnetOf(addresses[0]).Should().BeNull();
        scene.Addresses.Ask(served, Question(AssociationRequestKind.Renew, 1, addresses[0])).Rule
            .Should().Be("the subnet is no longer served", "the request came while the subnets changed");
        scene.Addresses.List().Select(l => l.Address).Should().BeEquivalentTo(addresses);
        scene.Addresses.ReplaceSubnets([elsewhere, From(0x10)]).Should().BeEmpty();
        scene.Take(5).Should().BeNull("all are held");
        Renewed(scene, 1, addresses[0]).Should().Be(LeaseTime);
    }

    [Fact]
    public async Task Subnets_that_contradict_themselves_change_nothing()
    {
        var scene = await LeaseScene6.OpenAsync();
        var address = scene.Take(1)!;
        foreach (var subnets in (Dhcp6Subnet[][])[[], [From(0x10), From(0x20)]])
            scene.Addresses.Invoking(a => a.ReplaceSubnets(subnets)).Should().Throw<ArgumentException>();
        scene.Addresses.Subnets.Should().Equal(LeaseScene6.Subnet);
        Renewed(scene, 1, address).Should().Be(LeaseTime);
    }

    [Theory]
    [InlineData(1, "fd00:77::13", typeof(ReservationResult6.Added))]
    [InlineData(3, "fd00:77::10", typeof(ReservationResult6.Held))]      // another client's lease
    [InlineData(2, "fd00:77::10", typeof(ReservationResult6.Added))]     // its own lease
    [InlineData(9, "fd00:77::12", typeof(ReservationResult6.Conflicts))] // the client has one
    [InlineData(1, "fd00:77::11", typeof(ReservationResult6.Conflicts))] // the address is another's
    [InlineData(1, "fd00:99::11", typeof(ReservationResult6.NotServed))]
    [InlineData(1, "10.0.0.1", typeof(ReservationResult6.NotServed))]
    public async Task A_reservation_is_added_or_not(byte client, string address, Type result)
    {
        var scene = await LeaseScene6.OpenAsync(From(0x10) with { Reservations = [For(9, "fd00:77::11")] });
        scene.Take(2, "fd00:77::10").Should().Be(IPAddress.Parse("fd00:77::10"));
        var told = scene.Addresses.AddReservation(For(client, address));
        told.Should().BeOfType(result);
        if (told is ReservationResult6.Held held) held.Lease.Hardware.Should().Be(LeaseScene6.HardwareOf(2));
        scene.Addresses.Subnets[0].Reservations.Should().HaveCount(told is ReservationResult6.Added ? 2 : 1);
        if (told is not ReservationResult6.Added || client == 2) return;
        scene.Take(4, address).Should().NotBe(IPAddress.Parse(address));
        scene.Take(client).Should().Be(IPAddress.Parse(address));
    }

    [Fact]
    public async Task A_reservation_that_ends_frees_its_address_for_all()
    {
        var scene = await LeaseScene6.OpenAsync(From(0x10) with { Reservations = [For(9, "fd00:77::13"), For(8, "fd00:77::99")] });
        foreach (var client in (byte[])[1, 2, 3]) scene.Take(client).Should().NotBeNull();
        scene.Take(4).Should().BeNull("the fourth is reserved");
        scene.Addresses.RemoveReservation(IPAddress.Parse("fd00:77::50")).Should().BeNull();
        scene.Addresses.RemoveReservation(IPAddress.Parse("fd00:77::13")).Should().Be(For(9, "fd00:77::13"));
        scene.Take(4).Should().Be(IPAddress.Parse("fd00:77::13"));
        scene.Take(5).Should().BeNull("there were four");
        var reserved = scene.Take(8)!;
        scene.Addresses.RemoveReservation(reserved).Should().NotBeNull();
        scene.Time.Advance(LeaseTime / 2);
        Renewed(scene, 8, reserved).Should().Be(LeaseTime / 2, "it is not of the ranges");
    }

    /// <summary>
    /// Whatever clients and the operator do, in whatever order: no address is two clients' at once, a client keeps its lease until it
    /// ends or it takes another, an address that is leased anew is of the present ranges or reserved for its client, and others are not
    /// extended.
    /// </summary>
    [Fact]
    public Task Leases_hold_whatever_changes() => Story.SampleAsync(async story =>
    {
        var scene = await LeaseScene6.OpenAsync(From(0x10));
        var promised = new Dictionary<IPAddress, (int Client, DateTimeOffset Until)>();
        foreach (var (action, client, last) in story)
        {
            var address = IPAddress.Parse($"fd00:77::{last:x}");
            switch (action)
            {
                case 0: scene.Time.Advance(TimeSpan.FromMinutes(last)); break;
                case 1: scene.Addresses.ReplaceSubnets([From(last)]); break;
                case 2: scene.Addresses.AddReservation(For((byte)client, $"{address}")); break;
                case 3: scene.Addresses.RemoveReservation(address); break;
                case 4:
                    Ask(AssociationRequestKind.Release, client, address);
                    if (scene.Addresses.Find(address) is null) promised.Remove(address); // it was the holder that gave it back
                    break;
                case 5: scene.Addresses.ReplaceSubnets([new Dhcp6Subnet { Network = IPNetwork.Parse("fd00:99::/64") }]); break;
                case 6 or 7: Ask(AssociationRequestKind.Renew, client, address); break;
                default: Ask(AssociationRequestKind.Take, client, address); break;
            }

            var now = scene.Time.GetUtcNow();
            foreach (var (known, (who, until)) in promised)
                if (until > now)
                    scene.Addresses.Find(known).Should()
                        .Match<Lease6>(l => l.Hardware == LeaseScene6.HardwareOf((byte)who) && l.ExpiresAt >= until);
        }

        void Ask(AssociationRequestKind kind, int client, IPAddress wanted)
        {
            if (scene.Addresses.SubnetOf(wanted) is not { } subnet) return;
            var now = scene.Time.GetUtcNow();
            var answer = scene.Addresses.Ask(subnet, Question(kind, (byte)client, wanted));
            foreach (var granted in answer.Association.Addresses.Where(a => a.Valid > TimeSpan.Zero))
            {
                var isKnown = promised.TryGetValue(granted.Address, out var holder) && holder.Until > now;
                if (isKnown) holder.Client.Should().Be(client);
                if (!IsServed(subnet, (byte)client, granted.Address))
                    (isKnown && now + granted.Valid <= holder.Until).Should().BeTrue("it is kept, and not extended");
                foreach (var other in promised.Where(p => p.Value.Client == client).Select(p => p.Key).ToList()) promised.Remove(other);
                promised[granted.Address] = (client, now + granted.Valid);
            }
        }
    }, iter: 500);

    private static TimeSpan Renewed(LeaseScene6 scene, byte client, IPAddress address) =>
        scene.Ask(AssociationRequestKind.Renew, client, $"{address}").Association.Addresses.Single(a => a.Address.Equals(address)).Valid;

    private static AssociationRequest Question(AssociationRequestKind kind, byte client, IPAddress address) =>
        new(
            kind,
            LeaseScene6.ClientOf(client),
            Server.Packet6.Association(1, $"{address}"),
            LeaseScene6.HardwareOf(client),
            IsFirmware: false);

    private static bool IsServed(Dhcp6Subnet subnet, byte client, IPAddress address) =>
        subnet.Reservations.FirstOrDefault(r => r.Address.Equals(address)) is { } reserved
            ? reserved == For(client, $"{address}")
            : subnet.Ranges.Any(r => r.Contains(address));

    private static Dhcp6Subnet From(int first) => LeaseScene6.Subnet with
    {
        Ranges = [AddressRange6.Parse($"fd00:77::{first:x}-fd00:77::{first + 3:x}")]
    };

    private static AddressReservation6 For(byte client, string address) =>
        new AddressReservation6.ForHardware(IPAddress.Parse(address), LeaseScene6.HardwareOf(client));
}

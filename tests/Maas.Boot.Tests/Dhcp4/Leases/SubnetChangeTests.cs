using System.Net;
using CsCheck;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>Subnets and reservations change while the server serves.</summary>
public class SubnetChangeTests
{
    private static readonly DhcpSubnet Moved = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.20-10.0.0.29")] };
    private static readonly TimeSpan LeaseTime = LeaseScene.Subnet.LeaseTime;

    private static readonly Gen<(int Action, int Client, int Address)[]> Story =
        Gen.Select(Gen.Int[0, 11], Gen.Int[1, 6], Gen.Int[8, 24]).Array[1, 60];

    [Fact]
    public async Task A_lease_that_the_new_subnets_lease_too_goes_on_as_before()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        scene.Time.Advance(LeaseTime / 2);
        scene.Addresses.ReplaceSubnets([LeaseScene.Subnet with { DomainName = "new.example" }]).Should().BeEmpty();
        var renewed = scene.Ask(AddressRequestKind.Extend, 1, address);
        renewed.LeaseTime.Should().Be(LeaseTime);
        renewed.Subnet!.DomainName.Should().Be("new.example");
        scene.Offer(1).Should().Be(address);
        scene.Offer(2).Should().NotBe(address);
    }

    [Fact]
    public async Task A_lease_outside_of_the_new_ranges_is_kept_until_it_ends_and_renewed_for_the_rest_alone()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        scene.Addresses.ReplaceSubnets([Moved]).Should().ContainSingle().Which.Address.ToString().Should().Be(address);
        scene.Time.Advance(LeaseTime / 4);
        foreach (var kind in (AddressRequestKind[])[AddressRequestKind.Extend, AddressRequestKind.Verify])
            scene.Ask(kind, 1, address).Should().Match<AddressResult>(
                a => a.Kind == AddressResultKind.Grant && a.LeaseTime == LeaseTime * 3 / 4 && a.Address.ToString() == address);
        scene.Commit();
        scene.Addresses.Find(IPAddress.Parse(address))!.Value.ExpiresAt.Should().Be(scene.Time.Start + LeaseTime);
        scene.Time.Advance((LeaseTime * 3 / 4) - TimeSpan.FromSeconds(9));
        scene.Ask(AddressRequestKind.Extend, 1, address).Kind.Should().Be(AddressResultKind.Refuse, "it begins anew in time");
        scene.Addresses.Find(IPAddress.Parse(address)).Should().NotBeNull("no other client gets it before its end");
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        scene.Addresses.Find(IPAddress.Parse(address)).Should().BeNull();
        AddressRange.Parse("10.0.0.20-10.0.0.29").Contains(IPAddress.Parse(scene.Lease(1)!)).Should().BeTrue();
    }

    [Fact]
    public async Task A_client_outside_of_the_new_ranges_that_begins_anew_is_not_new_and_may_renew_what_it_gets()
    {
        var scene = await LeaseScene.OpenAsync(rules: new LeaseOptions { NewClientsPerMinuteOfLink = 1 });
        var first = scene.Lease(1)!;
        scene.Lease(2).Should().BeNull("one client a minute");
        scene.Addresses.ReplaceSubnets([Moved]);
        var second = scene.Lease(1)!;
        second.Should().NotBe(first);
        scene.Time.Advance(LeaseTime / 2);
        scene.Addresses.ReplaceSubnets([Moved]);
        scene.Ask(AddressRequestKind.Extend, 1, second).LeaseTime.Should().Be(LeaseTime);
        scene.Commit();
        var restarted = await scene.RestartAsync(Moved);
        restarted.Ask(AddressRequestKind.Extend, 1, second).LeaseTime.Should().Be(LeaseTime, "the other one cannot be renewed");
    }

    [Fact]
    public async Task A_lease_of_a_subnet_that_is_not_served_for_a_while_counts_again_when_it_is()
    {
        var elsewhere = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.5.0.0/24"),
            Ranges = [AddressRange.Parse("10.5.0.10-10.5.0.19")]
        };
        var scene = await LeaseScene.OpenAsync();
        var addresses = Enumerable.Range(1, 4).Select(c => scene.Lease(c)!).ToList();
        scene.Addresses.ReplaceSubnets([elsewhere]).Should().HaveCount(4);
        scene.Ask(AddressRequestKind.Extend, 1, addresses[0]).Kind.Should().Be(AddressResultKind.Silent);
        scene.Addresses.List().Should().HaveCount(4);
        scene.Addresses.ReplaceSubnets([LeaseScene.Subnet, elsewhere]).Should().BeEmpty();
        scene.Offer(5).Should().BeNull("all are held");
        scene.Ask(AddressRequestKind.Extend, 1, addresses[0]).LeaseTime.Should().Be(LeaseTime);
        var restarted = await scene.RestartAsync(elsewhere);
        restarted.Addresses.ReplaceSubnets([LeaseScene.Subnet]);
        restarted.Offer(5).Should().BeNull("the store knows them too");
    }

    [Fact]
    public async Task Subnets_that_contradict_themselves_change_nothing()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        foreach (var subnets in (DhcpSubnet[][])[[], [LeaseScene.Subnet, Moved]])
            scene.Addresses.Invoking(a => a.ReplaceSubnets(subnets)).Should().Throw<ArgumentException>();
        scene.Addresses.Subnets.Should().Equal(LeaseScene.Subnet);
        scene.Ask(AddressRequestKind.Extend, 1, address).LeaseTime.Should().Be(LeaseTime);
    }

    [Fact]
    public async Task A_reservation_holds_from_then_on_and_its_client_moves_to_it()
    {
        var scene = await LeaseScene.OpenAsync();
        var before = scene.Lease(1)!;
        var reserved = before == "10.0.0.13" ? "10.0.0.12" : "10.0.0.13";
        scene.Addresses.AddReservation(For(1, reserved)).Should().Be(new ReservationResult.Added());
        foreach (var client in (int[])[2, 3, 4]) scene.Lease(client).Should().NotBe(reserved);
        scene.Ask(AddressRequestKind.Extend, 1, before).Kind.Should().Be(AddressResultKind.Refuse, "it moves when it renews");
        scene.Lease(1).Should().Be(reserved);
        scene.Ask(AddressRequestKind.Extend, 1, reserved).LeaseTime.Should().Be(LeaseTime);
        scene.Addresses.Subnets.Should().ContainSingle().Which.Reservations.Should().ContainSingle();
    }

    [Fact]
    public async Task A_reservation_of_another_clients_address_is_refused_and_says_who_has_it()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        var refused = scene.Addresses.AddReservation(For(2, address)).Should().BeOfType<ReservationResult.Held>().Subject;
        refused.Lease.Hardware.Should().Be(LeaseScene.From(1).Hardware);
        refused.Lease.ExpiresAt.Should().Be(scene.Time.Start + LeaseTime);
        scene.Addresses.AddReservation(new AddressReservation.ForMachine(IPAddress.Parse(address), Guid.Empty))
            .Should().BeOfType<ReservationResult.Held>("a lease does not tell the machine");
        scene.Ask(AddressRequestKind.Extend, 1, address).LeaseTime.Should().Be(LeaseTime, "nothing has changed");
        scene.Addresses.AddReservation(For(1, address)).Should().Be(new ReservationResult.Added(), "it is the holder's own");
        scene.Ask(AddressRequestKind.Release, 1, address);
        scene.Lease(2).Should().NotBe(address);
    }

    [Theory]
    [InlineData(1, "10.0.0.12", typeof(ReservationResult.Conflicts))] // the client has one
    [InlineData(2, "10.0.0.13", typeof(ReservationResult.Conflicts))] // the address is another's
    [InlineData(2, "10.0.0.200", typeof(ReservationResult.Added))]    // outside of the ranges
    [InlineData(2, "10.9.0.1", typeof(ReservationResult.NotServed))]
    [InlineData(2, "fd00::1", typeof(ReservationResult.NotServed))]
    public async Task A_reservation_is_added_or_not(int client, string address, Type result)
    {
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with { Reservations = [For(1, "10.0.0.13")] });
        scene.Addresses.AddReservation(For(client, address)).Should().BeOfType(result);
        scene.Addresses.Subnets[0].Reservations.Should().HaveCount(result == typeof(ReservationResult.Added) ? 2 : 1);
    }

    [Fact]
    public async Task A_reservation_that_ends_frees_its_address_for_all()
    {
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with { Reservations = [For(9, "10.0.0.13"), For(8, "10.0.0.99")] });
        foreach (var client in (int[])[1, 2, 3]) scene.Lease(client).Should().NotBeNull();
        scene.Lease(4).Should().BeNull("the fourth is reserved");
        scene.Addresses.RemoveReservation(IPAddress.Parse("10.0.0.50")).Should().BeNull();
        scene.Addresses.RemoveReservation(IPAddress.Parse("10.0.0.13")).Should().Be(For(9, "10.0.0.13"));
        scene.Lease(4).Should().Be("10.0.0.13");
        scene.Lease(8).Should().Be("10.0.0.99");
        scene.Addresses.RemoveReservation(IPAddress.Parse("10.0.0.99")).Should().NotBeNull();
        scene.Time.Advance(LeaseTime / 2);
        scene.Ask(AddressRequestKind.Extend, 8, "10.0.0.99").LeaseTime.Should().Be(LeaseTime / 2, "it is not of the ranges");
        scene.Addresses.AddReservation(For(9, "10.0.0.98")).Should().Be(new ReservationResult.Added(), "it has none any more");
    }

    [Fact]
    public async Task An_address_whose_reservation_ended_is_found_when_its_lease_has_ended_too()
    {
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with { Reservations = [For(9, "10.0.0.13")] });
        foreach (var client in (int[])[9, 1, 2, 3]) scene.Lease(client).Should().NotBeNull();
        scene.Addresses.RemoveReservation(IPAddress.Parse("10.0.0.13"));
        scene.Lease(4).Should().BeNull("the lease goes on");
        scene.Time.Advance(LeaseTime / 2);
        foreach (var lease in scene.Addresses.List().Where(l => l.Hardware != LeaseScene.From(9).Hardware))
            scene.Ask(AddressRequestKind.Extend, lease.Hardware.ToString()[^1] - '0', lease.Address.ToString());
        scene.Time.Advance(LeaseTime / 2);
        scene.Lease(4).Should().Be("10.0.0.13");
    }

    [Fact]
    public async Task Answering_after_a_change_allocates_nothing()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        scene.Addresses.ReplaceSubnets([Moved with { Ranges = [.. Moved.Ranges, .. LeaseScene.Subnet.Ranges] }]);
        scene.Addresses.AddReservation(For(2, "10.0.0.25"));
        var message = LeaseScene.From(1);
        var question = new AddressRequest(AddressRequestKind.Extend, message, IPAddress.Parse("10.0.0.1"), IPAddress.Parse(address));
        void Ask()
        {
            var answer = scene.Addresses.AskAsync(question, default);
            if (!answer.IsCompletedSuccessfully || answer.Result.Kind != AddressResultKind.Grant) Assert.Fail("It is not granted.");
        }

        for (var i = 0; i < 2000; i++) Ask();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2000; i++) Ask();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task No_request_is_lost_while_subnets_change_again_and_again()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.250")] };
        var scene = await LeaseScene.OpenAsync(wide);
        var leases = Enumerable.Range(1, 100).ToDictionary(c => c, c => scene.Lease(c)!);
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                scene.Addresses.ReplaceSubnets([wide with { DomainName = $"{round}.example" }]);
                scene.Addresses.AddReservation(For(900, "10.0.0.251"));
                scene.Addresses.RemoveReservation(IPAddress.Parse("10.0.0.251"));
            }
        });
        for (var round = 0; round < 30; round++)
            foreach (var (client, address) in leases)
                scene.Ask(AddressRequestKind.Extend, client, address).Address.ToString().Should().Be(address);
        await stop.CancelAsync();
        await changing;
        scene.Addresses.List().Should().HaveCount(100);
    }

    /// <summary>
    /// Whatever clients and the operator do, in whatever order: no address is two clients' at once, a client keeps its lease until it ends,
    /// an address that is leased anew is of the present ranges or reserved for its client, and others are not extended.
    /// </summary>
    [Fact]
    public Task Leases_hold_whatever_changes() => Story.SampleAsync(async story =>
    {
        var scene = await LeaseScene.OpenAsync();
        var promised = new Dictionary<string, (int Client, DateTimeOffset Until)>();
        foreach (var (action, client, last) in story)
        {
            var address = $"10.0.0.{last}";
            switch (action)
            {
                case 0: scene.Time.Advance(TimeSpan.FromMinutes(last)); break;
                case 1: scene.Addresses.ReplaceSubnets([Between(last)]); break;
                case 2: scene.Addresses.AddReservation(For(client, address)); break;
                case 3: scene.Addresses.RemoveReservation(IPAddress.Parse(address)); break;
                case 4:
                    scene.Ask(AddressRequestKind.Release, client, address);
                    // it was the holder that gave it back
                    if (scene.Addresses.Find(IPAddress.Parse(address)) is null) promised.Remove(address);
                    break;
                case 5: scene.Addresses.ReplaceSubnets([new DhcpSubnet { Network = IPNetwork.Parse("10.9.0.0/24") }]); break;
                case 6: scene = await scene.RestartAsync(Between(last)); break;
                case 7: Take(AddressRequestKind.Verify, client, address); break;
                case 8 or 9: Take(AddressRequestKind.Extend, client, address); break;
                default:
                    if (scene.Offer(client, address) is { } offered) Take(AddressRequestKind.Select, client, offered);
                    break;
            }

            scene.Commit();
            var now = scene.Time.GetUtcNow();
            foreach (var (known, (who, until)) in promised)
                if (until > now)
                    scene.Addresses.Find(IPAddress.Parse(known)).Should()
                        .Match<Lease?>(l => l!.Value.Hardware == LeaseScene.From(who).Hardware && l.Value.ExpiresAt >= until);
        }

        void Take(AddressRequestKind kind, int client, string wanted)
        {
            var (now, served) = (scene.Time.GetUtcNow(), IsServed(scene, client, wanted));
            var answer = scene.Ask(kind, client, wanted);
            if (answer.Kind != AddressResultKind.Grant) return;
            var isKnown = promised.TryGetValue(wanted, out var holder) && holder.Until > now;
            if (isKnown) holder.Client.Should().Be(client);
            if (!served) (isKnown && now + answer.LeaseTime <= holder.Until).Should().BeTrue("it is kept, and not extended");
            promised[wanted] = (client, now + answer.LeaseTime);
        }
    }, iter: 500);

    private static bool IsServed(LeaseScene scene, int client, string address) => scene.Addresses.Subnets.Any(s =>
        s.Reservations.FirstOrDefault(r => r.Address.ToString() == address) is AddressReservation.ForHardware reserved
            ? reserved.Hardware == LeaseScene.From(client).Hardware
            : s.Ranges.Any(r => r.Contains(IPAddress.Parse(address))));

    private static DhcpSubnet Between(int last) =>
        LeaseScene.Subnet with { Ranges = [AddressRange.Parse($"10.0.0.{last}-10.0.0.{last + 3}")] };

    private static AddressReservation For(int client, string address) =>
        new AddressReservation.ForHardware(IPAddress.Parse(address), LeaseScene.From(client).Hardware);
}

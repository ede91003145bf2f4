using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public class LeaseAllocatorTests
{
    [Fact]
    public async Task The_same_client_gets_the_same_address_even_when_its_lease_has_ended()
    {
        var scene = await LeaseScene.OpenAsync();
        var first = scene.Lease(1);
        scene.Time.Advance(TimeSpan.FromDays(30));
        scene.Lease(2);
        scene.Lease(1).Should().Be(first);
    }

    [Fact]
    public async Task The_same_client_gets_the_same_address_after_a_restart()
    {
        var scene = await LeaseScene.OpenAsync();
        var first = scene.Lease(1, "10.0.0.13");
        (await scene.RestartAsync()).Offer(1).Should().Be(first);
    }

    [Fact]
    public async Task Two_clients_never_hold_one_address()
    {
        var scene = await LeaseScene.OpenAsync();
        Enumerable.Range(1, 4).Select(c => scene.Lease(c)).Should().OnlyHaveUniqueItems().And.NotContainNulls();
        scene.Ask(AddressRequestKind.Discover, 5)
            .Should()
            .Match<AddressResult>(a => a.Kind == AddressResultKind.Silent && a.Rule == "no free address");
    }

    [Fact]
    public async Task When_addresses_run_out_the_one_unused_for_longest_is_given_again()
    {
        var scene = await LeaseScene.OpenAsync();
        for (var client = 1; client <= 4; client++)
        {
            scene.Lease(client);
            scene.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var (first, second) = (scene.Addresses.List().MinBy(l => l.ExpiresAt).Address.ToString(), scene.Lease(2));
        scene.Time.Advance(TimeSpan.FromHours(2));
        scene.Lease(5).Should().Be(first);
        scene.Offer(2).Should().Be(second);
    }

    [Fact]
    public async Task An_offer_that_nobody_takes_is_free_again_when_its_time_has_passed()
    {
        var scene = await LeaseScene.OpenAsync();
        for (var client = 1; client <= 4; client++) scene.Offer(client).Should().NotBeNull();
        scene.Offer(5).Should().BeNull();
        scene.Time.Advance(TimeSpan.FromSeconds(31));
        scene.Offer(5).Should().NotBeNull();
        scene.Store.Leases.Should().BeEmpty("an offer is not a lease");
    }

    [Fact]
    public async Task An_offer_is_free_at_once_when_the_client_takes_another_servers()
    {
        var scene = await LeaseScene.OpenAsync();
        for (var client = 1; client <= 4; client++) scene.Offer(client);
        scene.Ask(AddressRequestKind.TookAnother, 2);
        scene.Offer(5).Should().NotBeNull();
    }

    [Fact]
    public async Task An_address_found_in_use_is_given_to_nobody_while_quarantined()
    {
        var scene = await LeaseScene.OpenAsync();
        var bad = scene.Lease(1);
        scene.Ask(AddressRequestKind.InUse, 1, bad);
        await scene.Addresses.CommitAsync(default);
        scene.Store.Leases[IPAddress.Parse(bad!)].State.Should().Be(LeaseState.Quarantined);

        var others = Enumerable.Range(1, 4).Select(c => scene.Lease(c)).ToList();
        others.Should().NotContain(bad).And.ContainSingle(a => a == null);
        scene = await scene.RestartAsync();
        scene.Lease(9).Should().BeNull("a restart does not end a quarantine");
        scene.Time.Advance(TimeSpan.FromMinutes(61));
        scene.Lease(9).Should().NotBeNull();
    }

    [Fact]
    public async Task Only_the_client_that_was_given_an_address_can_decline_or_release_it()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1);
        scene.Ask(AddressRequestKind.InUse, 2, address);
        scene.Ask(AddressRequestKind.Release, 2, address);
        scene.Addresses.List().Should().ContainSingle(l => l.Address.ToString() == address && l.State == LeaseState.Bound);
    }

    [Fact]
    public async Task A_released_address_goes_to_others_and_back_to_its_client_if_still_free()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1);
        scene.Ask(AddressRequestKind.Release, 1, address);
        scene.Addresses.List().Should().BeEmpty();
        scene.Offer(1).Should().Be(address);
    }

    [Fact]
    public async Task An_excluded_address_and_those_the_subnet_names_itself_are_never_leased()
    {
        var scene =
            await LeaseScene.OpenAsync(LeaseScene.Subnet with
            {
                Exclusions = [AddressRange.Parse("10.0.0.10-10.0.0.11")],
                Routers = [IPAddress.Parse("10.0.0.12")]
            });
        scene.Lease(1).Should().Be("10.0.0.13");
        scene.Lease(2).Should().BeNull();
    }

    [Fact]
    public async Task A_reserved_address_is_kept_for_its_client_even_outside_of_the_range()
    {
        var mac = LeaseScene.From(7).Hardware;
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with
        {
            Reservations =
            [
                new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.200"), mac) { HostName = "seven" },
                new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.10"), LeaseScene.From(8).Hardware)
            ],
        });
        scene.Lease(7).Should().Be("10.0.0.200");
        scene.Ask(AddressRequestKind.Discover, 7).HostName.Should().Be("seven");
        Enumerable.Range(1, 4).Select(c => scene.Lease(c)).Should().NotContain("10.0.0.10");
        scene.Lease(8).Should().Be("10.0.0.10");
    }

    [Fact]
    public async Task A_client_moves_to_its_reservation_at_the_next_renewal()
    {
        var scene = await LeaseScene.OpenAsync();
        var before = scene.Lease(7);
        scene =
            await scene.RestartAsync(LeaseScene.Subnet with
            {
                Reservations = [new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.200"), LeaseScene.From(7).Hardware)]
            });
        scene.Ask(AddressRequestKind.Extend, 7, before).Kind.Should().Be(AddressResultKind.Refuse);
        scene.Lease(7).Should().Be("10.0.0.200");
    }

    [Fact]
    public async Task Reservations_go_by_client_identifier_machine_and_circuit_too()
    {
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with
        {
            Reservations =
            [
                new AddressReservation.ForClient(IPAddress.Parse("10.0.0.201"), new ClientIdentifier([255, 1, 2])),
                new AddressReservation.ForMachine(IPAddress.Parse("10.0.0.202"), Guid.Parse("11111111-2222-3333-4444-555555555555")),
                new AddressReservation.ForCircuit(IPAddress.Parse("10.0.0.203"), "eth3"u8.ToArray()),
            ],
        });
        var byClient = LeaseScene.From(1);
        byClient.Options.Set(DhcpOptionCode.ClientIdentifier, [255, 1, 2]);
        scene.Ask(AddressRequestKind.Discover, byClient).Address.ToString().Should().Be("10.0.0.201");
        var byMachine = LeaseScene.From(2);
        MachineIdentifier.Set(byMachine, Guid.Parse("11111111-2222-3333-4444-555555555555"));
        scene.Ask(AddressRequestKind.Discover, byMachine).Address.ToString().Should().Be("10.0.0.202");
        var byCircuit = LeaseScene.From(3);
        new RelayAgentInformation { CircuitId = "eth3"u8.ToArray() }.AddTo(byCircuit.Options);
        scene.Ask(AddressRequestKind.Discover, byCircuit).Address.ToString().Should().Be("10.0.0.203");
    }

    [Fact]
    public async Task A_remembered_address_is_confirmed_refused_or_met_with_silence()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1)!;
        scene.Ask(AddressRequestKind.Verify, 1, address).Kind.Should().Be(AddressResultKind.Grant);
        scene.Ask(AddressRequestKind.Verify, 1, "10.0.0.99").Kind.Should().Be(AddressResultKind.Refuse);
        scene.Ask(AddressRequestKind.Verify, 1, "192.168.1.1").Kind.Should().Be(AddressResultKind.Refuse, "it is of another network");
        scene.Ask(AddressRequestKind.Verify, 2, address).Kind.Should().Be(AddressResultKind.Silent, "another server may know the client");
        scene = await LeaseScene.OpenAsync(rules: new LeaseOptions { Authoritative = true });
        scene.Ask(AddressRequestKind.Verify, 2, address).Kind.Should().Be(AddressResultKind.Refuse);
    }

    [Fact]
    public async Task A_renewal_of_a_lease_lost_here_is_granted_when_nobody_else_has_the_address()
    {
        var scene = await LeaseScene.OpenAsync();
        scene.Ask(AddressRequestKind.Extend, 1, "10.0.0.12").Kind.Should().Be(AddressResultKind.Grant);
        scene.Ask(AddressRequestKind.Extend, 2, "10.0.0.12").Kind.Should().Be(AddressResultKind.Refuse);
        scene.Ask(AddressRequestKind.Extend, 3, "10.0.0.99").Kind.Should().Be(AddressResultKind.Refuse);
    }

    [Fact]
    public async Task Since_tells_when_the_client_got_the_address_however_often_it_renews()
    {
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1);
        var since = scene.Addresses.List().Single().Since;
        scene.Time.Advance(TimeSpan.FromMinutes(30));
        scene.Ask(AddressRequestKind.Extend, 1, address);
        scene.Addresses.List().Single().Should().Match<Lease>(l => l.Since == since && l.ExpiresAt == since + TimeSpan.FromMinutes(90));
    }

    [Fact]
    public async Task Firmware_gets_a_short_lease_and_a_wish_is_granted_within_limits()
    {
        var scene = await LeaseScene.OpenAsync();
        var firmware = LeaseScene.From(1);
        firmware.Options.Set(DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003000");
        scene.Ask(AddressRequestKind.Discover, firmware).LeaseTime.Should().Be(TimeSpan.FromMinutes(10));
        var greedy = LeaseScene.From(2);
        greedy.Options.Set(DhcpOptionCode.LeaseTime, uint.MaxValue);
        scene.Ask(AddressRequestKind.Discover, greedy).LeaseTime.Should().Be(TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task A_grant_that_could_not_be_written_is_written_with_the_next()
    {
        var scene = await LeaseScene.OpenAsync();
        scene.Store.Fails = true;
        scene.Ask(AddressRequestKind.Select, 1, "10.0.0.10");
        await FluentActions.Awaiting(() => scene.Addresses.CommitAsync(default).AsTask()).Should().ThrowAsync<IOException>();
        scene.Store.Fails = false;
        scene.Ask(AddressRequestKind.Select, 2, "10.0.0.11");
        await scene.Addresses.CommitAsync(default);
        scene.Store.Leases.Should().HaveCount(2);
    }

    [Fact]
    public async Task Many_grants_are_one_write()
    {
        var scene = await LeaseScene.OpenAsync();
        for (var client = 1; client <= 4; client++) scene.Ask(AddressRequestKind.Select, client, scene.Offer(client));
        await scene.Addresses.CommitAsync(default);
        await scene.Addresses.CommitAsync(default);
        scene.Store.Writes.Should().Be(1);
        scene.Store.Leases.Should().HaveCount(4);
    }

    [Theory]
    [InlineData("10.0.1.0-10.0.1.9", "lies outside")]
    [InlineData("10.0.0.12-10.0.0.20", "overlap")]
    public async Task Subnets_that_contradict_themselves_are_refused(string range, string reason)
    {
        var act = () => LeaseScene.OpenAsync(LeaseScene.Subnet with { Ranges = [.. LeaseScene.Subnet.Ranges, AddressRange.Parse(range)] });
        await act.Should().ThrowAsync<ArgumentException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public async Task Rapid_commit_leases_at_once_where_it_is_on_and_the_client_asks()
    {
        var asks = LeaseScene.From(1);
        asks.Options.Set(DhcpOptionCode.RapidCommit, ReadOnlySpan<byte>.Empty);
        (await LeaseScene.OpenAsync()).Ask(AddressRequestKind.Discover, asks).IsCommitted.Should().BeFalse();
        var scene = await LeaseScene.OpenAsync(rules: new LeaseOptions { RapidCommit = true });
        scene.Ask(AddressRequestKind.Discover, asks).IsCommitted.Should().BeTrue();
        scene.Ask(AddressRequestKind.Discover, 2).IsCommitted.Should().BeFalse();
        scene.Commit();
        scene.Store.Leases.Should().ContainSingle();
    }

    [Fact] // RFC 8925 section 3.3
    public async Task Who_can_do_without_ipv4_takes_nothing_from_a_pool_that_others_need()
    {
        var subnet = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10")], IPv6OnlyTime = TimeSpan.FromMinutes(30) };
        var scene = await LeaseScene.OpenAsync(subnet, new LeaseOptions { RapidCommit = true });
        DhcpMessage Without(byte client)
        {
            var message = LeaseScene.From(client);
            message.Options.Set(DhcpOptionCode.ParameterRequestList, [1, 108]);
            message.Options.Set(DhcpOptionCode.RapidCommit, ReadOnlySpan<byte>.Empty);
            return message;
        }

        for (byte client = 1; client <= 3; client++)
            scene.Ask(AddressRequestKind.Discover, Without(client))
                .Should()
                .Match<AddressResult>(a => a.Kind == AddressResultKind.Grant && a.IPv4.IsNone && !a.IsCommitted && a.Subnet == subnet);
        scene.Addresses.List().Should().BeEmpty();
        scene.Ask(AddressRequestKind.Discover, 4).Address.ToString().Should().Be("10.0.0.10");
        scene.Ask(AddressRequestKind.Discover, Without(5)).Kind.Should().Be(AddressResultKind.Grant, "nothing need be left for it");
        scene.Ask(AddressRequestKind.Discover, 6).Kind.Should().Be(AddressResultKind.Silent);
    }

    [Fact]
    public async Task Who_can_do_without_ipv4_and_requests_an_address_gets_it_all_the_same()
    {
        var scene = await LeaseScene.OpenAsync(LeaseScene.Subnet with { IPv6OnlyTime = TimeSpan.FromMinutes(30) });
        var message = LeaseScene.From(1);
        message.Options.Set(DhcpOptionCode.ParameterRequestList, [1, 108]);
        scene.Ask(AddressRequestKind.Select, message, "10.0.0.12").Address.ToString().Should().Be("10.0.0.12");
    }

    [Fact]
    public async Task A_circuit_decides_the_subnet_before_the_relays_address_does()
    {
        var other = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.5.0.0/24"),
            Ranges = [AddressRange.Parse("10.5.0.10")],
            Circuits = ["eth7"u8.ToArray()]
        };
        var addresses = await LeaseAllocator.OpenAsync([LeaseScene.Subnet, other], new MemoryLeaseStore());
        var message = LeaseScene.From(1);
        new RelayAgentInformation { CircuitId = "eth7"u8.ToArray() }.AddTo(message.Options);
        (await addresses.AskAsync(
            new AddressRequest(AddressRequestKind.Discover, message, IPAddress.Parse("10.0.0.1")), default)).Address.ToString()
            .Should()
            .Be("10.5.0.10");
    }

    [Fact]
    public async Task A_link_of_two_subnets_goes_on_to_the_second_when_the_first_is_full()
    {
        var first = LeaseScene.Subnet with { SharedNetwork = "lab" };
        var second = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.5.0.0/24"),
            Ranges = [AddressRange.Parse("10.5.0.10")],
            SharedNetwork = "lab"
        };
        var addresses = await LeaseAllocator.OpenAsync([first, second], new MemoryLeaseStore());
        var given = new List<string>();
        for (var client = 1; client <= 5; client++)
            given.Add((await addresses.AskAsync(
                new AddressRequest(AddressRequestKind.Discover, LeaseScene.From(client), IPAddress.Parse("10.0.0.1")),
                default)).Address.ToString());
        given.Should().OnlyHaveUniqueItems().And.HaveElementAt(4, "10.5.0.10");
    }
}

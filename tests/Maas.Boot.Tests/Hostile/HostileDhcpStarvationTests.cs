using System.Net;
using CsCheck;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp4.Wire;

namespace Maas.Boot.Tests.Hostile;

/// <summary>Clients that take every address, say that none is free, speak for relays, or have the server speak for them.</summary>
public class HostileDhcpStarvationTests
{
    private static readonly IPv4Address Server = IPAddress.Parse("10.0.0.1").ToIPv4();

    [Fact]
    public async Task Any_octets_are_answered_or_not_and_no_answer_is_longer_than_its_receiver_takes()
    {
        var scene = await LeaseScene.OpenAsync();
        DhcpMessageProperties.Damaged.Sample(datagram =>
        {
            if (!DhcpMessage.TryParse(datagram, out var request)) return;
            var state = ClientState.Of(request, Server);
            var source = BootFileLocator.On(IPAddress.Loopback);
            var boot = FirmwareClient4.Of(request) is { } firmware
                ? BootParameters.For(firmware, new BootInstruction.LocalDisk(), request.Hardware, source)
                : null;
            var address = AddressResult.Silent("not asked");
            if (state.Kind is { } kind)
            {
                lock (scene) address = scene.Ask(kind, request, state.Address.ToString());
            }

            var reply = new DhcpMessage();
            if (!DhcpResponder.Respond(request, new DhcpResponseContext(Server, address, boot), reply)) return;
            var longest = DhcpResponder.LongestReplyTo(request);
            var written = DhcpResponder.Write(reply, new byte[longest]);
            written.Should().BeInRange(0, longest);
            _ = ReplyRoute.For(request, reply, (new IPv4Address(1), 1), (67, 68));
        }, iter: 20_000);
    }

    [Fact]
    public async Task A_client_that_declines_whatever_it_gets_does_not_empty_the_pool()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.99")] };
        var scene = await LeaseScene.OpenAsync(wide);
        for (var i = 0; i < 200; i++) scene.Ask(AddressRequestKind.InUse, 1, scene.Lease(1));
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(16);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AddressRequestKind.InUse, 2, scene.Lease(2));
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(17);
    }

    [Fact]
    public async Task A_host_on_the_link_that_invents_clients_is_held_back_and_keeps_little_for_long()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
        var rules = new LeaseOptions { NewClientsPerMinuteOfLink = 60, NewClientLeaseTime = TimeSpan.FromMinutes(10) };
        var scene = await LeaseScene.OpenAsync(wide, rules);
        Enumerable.Range(1, 202).Count(c => scene.Lease(c) is not null).Should().Be(60);
        scene.Addresses.List().Should().OnlyContain(l => l.ExpiresAt - l.Since <= TimeSpan.FromMinutes(10));
        scene.Time.Advance(TimeSpan.FromMinutes(11));
        scene.Addresses.List().Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_that_renews_gets_the_long_lease_and_keeps_it_over_a_restart()
    {
        var rules = new LeaseOptions { NewClientLeaseTime = TimeSpan.FromMinutes(10) };
        var scene = await LeaseScene.OpenAsync(rules: rules);
        var address = scene.Lease(1)!;
        scene.Time.Advance(TimeSpan.FromMinutes(5));
        scene.Ask(AddressRequestKind.Extend, 1, address).LeaseTime.Should().Be(TimeSpan.FromHours(1));
        scene.Commit();
        var restarted = await LeaseScene.OpenAsync(rules: rules, store: scene.Store, time: scene.Time);
        restarted.Ask(AddressRequestKind.Verify, 1, address).LeaseTime.Should().Be(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_known_machine_gets_the_address_of_a_client_that_is_unknown_and_has_never_renewed()
    {
        var known = LeaseScene.From(7).Hardware;
        var scene =
            await LeaseScene.OpenAsync(
                rules: new LeaseOptions { IsKnownClient = h => h == known, NewClientLeaseTime = TimeSpan.FromMinutes(10) });
        var kept = scene.Lease(1)!;
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AddressRequestKind.Extend, 1, kept);
        foreach (var client in (int[])[2, 3, 4]) scene.Lease(client).Should().NotBeNull();
        scene.Lease(5).Should().BeNull("all are held");
        var answer = scene.Ask(AddressRequestKind.Discover, 7);
        answer.Kind.Should().Be(AddressResultKind.Grant);
        answer.Address.ToString().Should().NotBe(kept, "who has renewed is there");
        answer.IsUntried.Should().BeTrue("the link is asked by ARP before the address is taken from anybody");
    }

    [Fact]
    public async Task A_known_machine_is_served_while_strangers_use_up_the_limit_of_the_link_and_its_address_opens_no_way_around_it()
    {
        var known = LeaseScene.From(900).Hardware;
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.250")] };
        var scene = await LeaseScene.OpenAsync(wide, new LeaseOptions { NewClientsPerMinuteOfLink = 5, IsKnownClient = h => h == known });
        Enumerable.Range(1, 20).Count(c => scene.Lease(c) is not null).Should().Be(5);
        scene.Lease(900).Should().NotBeNull();
        OffersTo(scene, known: 900).Should().Be(3, "a machine may have four addresses");
    }

    [Fact]
    public async Task A_known_hardware_address_said_with_ever_new_identifiers_displaces_few_clients()
    {
        var known = LeaseScene.From(900).Hardware;
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.29")] };
        var scene = await LeaseScene.OpenAsync(wide, new LeaseOptions { IsKnownClient = h => h == known });
        for (var client = 1; client <= 20; client++) scene.Lease(client).Should().NotBeNull();
        OffersTo(scene, known: 900).Should().Be(4);
    }

    /// <summary>
    /// How many of twenty clients that say the hardware address of a known one, each with an identifier of its own, get an offer.
    /// </summary>
    private static int OffersTo(LeaseScene scene, int known) =>
        Enumerable.Range(1, 20).Count(i => scene.Ask(AddressRequestKind.Discover, Calling(known, i)).Kind == AddressResultKind.Grant);

    private static DhcpMessage Calling(int client, int identifier)
    {
        var message = LeaseScene.From(client);
        message.Options.Set(DhcpOptionCode.ClientIdentifier, [0, 1, 2, (byte)identifier]);
        return message;
    }

    [Fact]
    public async Task A_circuit_that_invents_clients_is_held_back_and_other_circuits_are_not()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.250")] };
        var scene = await LeaseScene.OpenAsync(wide, new LeaseOptions { NewClientsPerMinute = 5 });
        Enumerable.Range(1, 100)
            .Count(c => scene.Ask(AddressRequestKind.Discover, Behind("bad", c)).Kind == AddressResultKind.Grant)
            .Should()
            .Be(5);
        scene.Ask(AddressRequestKind.Discover, Behind("bad", 3)).Kind.Should().Be(AddressResultKind.Grant, "it has an address already");
        scene.Ask(AddressRequestKind.Discover, Behind("good", 200)).Kind.Should().Be(AddressResultKind.Grant);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AddressRequestKind.Discover, Behind("bad", 101)).Kind.Should().Be(AddressResultKind.Grant);
    }

    [Fact]
    public async Task A_bound_is_told_once_a_minute_and_place()
    {
        var scene = await LeaseScene.OpenAsync(rules: new LeaseOptions { NewClientsPerMinute = 1, NewClientsPerMinuteOfRelay = 1 });
        string?[] Told(Func<int, DhcpMessage> ask, int first) =>
            [.. Enumerable.Range(first, 4).Select(c => scene.Ask(AddressRequestKind.Discover, ask(c)).Limit)];
        Told(c => Behind("bad", c), 1).Should().Equal(null, "1 new clients in a minute behind circuit 626164 of relay 0.0.0.0", null, null);
        Told(OfRelay, 11).Should().Equal(null, "1 new clients in a minute behind relay 10.0.0.2", null, null);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        Told(c => Behind("bad", c), 21)[1].Should().NotBeNull();
    }

    [Fact]
    public async Task A_relay_without_circuits_is_held_back_only_when_that_is_asked_for()
    {
        var free = await LeaseScene.OpenAsync();
        Enumerable.Range(1, 4).Count(c => free.Ask(AddressRequestKind.Discover, OfRelay(c)).Kind == AddressResultKind.Grant).Should().Be(4);
        var held = await LeaseScene.OpenAsync(rules: new LeaseOptions { NewClientsPerMinuteOfRelay = 2 });
        Enumerable.Range(1, 4).Count(c => held.Ask(AddressRequestKind.Discover, OfRelay(c)).Kind == AddressResultKind.Grant).Should().Be(2);
    }

    [Fact]
    public async Task A_pool_that_ran_out_is_told_once_a_minute()
    {
        var scene = await LeaseScene.OpenAsync();
        for (var client = 1; client <= 4; client++) scene.Lease(client);
        scene.Ask(AddressRequestKind.Discover, 5).Limit.Should().Be("all 4 addresses of 10.0.0.0/24 are in use");
        scene.Ask(AddressRequestKind.Discover, 6).Limit.Should().BeNull();
    }

    [Fact]
    public async Task Every_used_address_says_why_and_since_when()
    {
        var scene = await LeaseScene.OpenAsync();
        scene.Lease(1);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Offer(2, "10.0.0.13");
        scene.Ask(AddressRequestKind.InUse, 3, scene.Lease(3));
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        scene.Addresses.List().Select(l => (l.State, l.Since - start, l.Why)).Should().BeEquivalentTo(
        [
            (LeaseState.Bound, TimeSpan.Zero, "leased to 02:00:00:00:00:01 (client 01:02:00:00:00:00:01): a free address"),
            (
                LeaseState.Offered,
                TimeSpan.FromMinutes(1),
                "offered to 02:00:00:00:00:02 (client 01:02:00:00:00:00:02): the address it asked for"),
            (
                LeaseState.Quarantined,
                TimeSpan.FromMinutes(1),
                "kept from everybody; last given to 02:00:00:00:00:03 (client 01:02:00:00:00:00:03): " +
                "somebody else answers at it, said the client it was given to, or the link"),
        ]);
    }

    [Fact]
    public async Task A_relay_of_another_network_gets_no_address_of_this_one()
    {
        var scene = await LeaseScene.OpenAsync();
        var question = new AddressRequest(AddressRequestKind.Discover, LeaseScene.From(1), IPAddress.Parse("192.168.7.1"));
        (await scene.Addresses.AskAsync(question, default)).Kind.Should().Be(AddressResultKind.Silent);
    }

    [Fact]
    public void Options_that_a_client_sends_are_never_told_to_it_as_the_networks()
    {
        var request = LeaseScene.From(1);
        ClasslessRoute.Set(request.Options, [new ClasslessRoute(new IPNetwork(IPAddress.Any, 0), IPAddress.Parse("10.0.0.66"))]);
        request.Options.Set(DhcpOptionCode.Router, IPAddress.Parse("10.0.0.66"));
        request.Options.Set(DhcpOptionCode.DomainNameServer, IPAddress.Parse("10.0.0.66"));
        var reply = new DhcpMessage();
        var grant = AddressResult.Grant(IPAddress.Parse("10.0.0.10"), LeaseScene.Subnet, TimeSpan.FromHours(1), "a");
        DhcpResponder.Respond(request, new DhcpResponseContext(Server, grant, null), reply).Should().BeTrue();
        foreach (var code in (DhcpOptionCode[])
        [
            DhcpOptionCode.ClasslessStaticRoute, DhcpOptionCode.Router, DhcpOptionCode.DomainNameServer
        ])
            reply.Options.Contains(code).Should().BeFalse();
    }

    private static DhcpMessage OfRelay(int client)
    {
        var message = LeaseScene.From(client);
        message.RelayAddress = IPAddress.Parse("10.0.0.2");
        return message;
    }

    private static DhcpMessage Behind(string circuit, int client)
    {
        var message = LeaseScene.From(client);
        new RelayAgentInformation { CircuitId = System.Text.Encoding.ASCII.GetBytes(circuit) }.AddTo(message.Options);
        return message;
    }
}

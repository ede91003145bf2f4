using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class DhcpServerTests
{
    [Fact]
    public async Task A_client_gets_a_lease_and_the_store_has_it_by_then()
    {
        var store = new MemoryLeaseStore();
        await using var server = await RunningServer.StartAsync(store);
        using var relay = await server.RelayAsync();

        var ack = relay.Lease(1)!;
        ack.Type.Should().Be(DhcpMessageType.Ack);
        store.Leases.Should().ContainKey(ack.YourAddress);
        (await server.ObservedAsync<BootObservation.DhcpExchange>(count: 2)).Select(e => (e.Asked, e.Answered))
            .Should()
            .Equal(("DISCOVER", "OFFER"), ("REQUEST", "ACK"));
    }

    [Fact]
    public async Task An_ack_waits_for_the_disk_and_offers_to_others_do_not()
    {
        var store = new SlowLeaseStore();
        await using var server = await RunningServer.StartAsync(store);
        using var relay = await server.RelayAsync();

        var offer = relay.Ask(relay.Message(1, DhcpMessageType.Discover))!;
        relay.Send(relay.Request(offer, 1));
        await store.Writing;
        relay.Ask(relay.Message(2, DhcpMessageType.Discover))!.Type.Should().Be(DhcpMessageType.Offer);
        relay.Receive(milliseconds: 100).Should().BeNull();
        store.Finish();
        relay.Receive()!.Type.Should().Be(DhcpMessageType.Ack);
    }

    [Fact]
    public async Task What_cannot_be_made_durable_is_not_acknowledged_and_the_server_lives_on()
    {
        var store = new MemoryLeaseStore { Fails = true };
        await using var server = await RunningServer.StartAsync(store);
        using var relay = await server.RelayAsync();

        var offer = relay.Ask(relay.Message(1, DhcpMessageType.Discover))!;
        relay.Ask(relay.Request(offer, 1), milliseconds: 300).Should().BeNull();
        store.Fails = false;
        relay.Ask(relay.Request(offer, 1))!.Type.Should().Be(DhcpMessageType.Ack);
    }

    [Fact]
    public async Task Hundreds_of_clients_at_once_get_different_addresses_in_fewer_writes()
    {
        var store = new MemoryLeaseStore();
        await using var server = await RunningServer.StartAsync(store);
        using var relay = await server.RelayAsync();

        const int Clients = 400, AtOnce = 50; // what a socket's buffer holds for sure
        var acks = new List<DhcpMessage>();
        for (var first = 0; first < Clients; first += AtOnce)
        {
            for (var client = first; client < first + AtOnce; client++) relay.Send(relay.Message(client, DhcpMessageType.Discover));
            foreach (var offer in relay.Receive(count: AtOnce)) relay.Send(relay.Request(offer, (int)offer.TransactionId));
            acks.AddRange(relay.Receive(count: AtOnce));
        }

        acks.Should().HaveCount(Clients).And.OnlyContain(a => a.Type == DhcpMessageType.Ack);
        acks.Select(a => a.YourAddress).Should().OnlyHaveUniqueItems();
        store.Leases.Should().HaveCount(Clients);
        store.Writes.Should().BeLessThanOrEqualTo(Clients);
    }

    [Fact]
    public async Task Rubbish_is_dropped_and_the_next_client_served()
    {
        await using var server = await RunningServer.StartAsync();
        using var relay = await server.RelayAsync();
        relay.SendRaw([]);
        relay.SendRaw(new byte[100]);
        relay.SendRaw(new byte[4096]);
        var wire = DhcpMessageTests.Write(DhcpMessageTests.Request(), 548);
        relay.SendRaw(wire.AsSpan(0, 200));
        relay.Lease(1)!.Type.Should().Be(DhcpMessageType.Ack);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_policy_that_does_not_answer_holds_up_nobody_else(bool blocksItsThread)
    {
        using var release = new ManualResetEventSlim();
        var policy = new Policy(async token =>
        {
            if (blocksItsThread) release.Wait(TimeSpan.FromSeconds(30), token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return null;
        });
        await using var server = await RunningServer.StartAsync(policy: policy, configure: o => o.PolicyTimeout = TimeSpan.FromSeconds(1));
        using var relay = await server.RelayAsync();

        relay.Send(Firmware(relay, 1));
        relay.Lease(2)!.Type.Should().Be(DhcpMessageType.Ack);
        relay.Receive(milliseconds: 1500).Should().BeNull("an offer without a boot file would end the network boot");
        release.Set();
    }

    [Fact]
    public async Task Firmware_is_told_its_boot_program_and_other_clients_are_not()
    {
        var asked = new List<BootRequest>();
        var policy = new Policy(question =>
        {
            asked.Add(question);
            return new BootInstruction.LocalDisk();
        });
        await using var server = await RunningServer.StartAsync(policy: policy);
        using var relay = await server.RelayAsync();

        relay.Ask(Firmware(relay, 1))!.BootFile.Should().Be("snponly.efi");
        relay.Ask(relay.Message(2, DhcpMessageType.Discover))!.BootFile.Should().BeEmpty();
        asked.Should().ContainSingle().Which.Should().Match<BootRequest>(q =>
            q.Phase == BootPhase.Discovery
                && q.Architecture == BootArchitecture.X64Uefi
                && q.ServerAddress!.Equals(IPAddress.Loopback)
                && q.ClientAddress != null);
    }

    [Fact]
    public async Task Firmware_that_is_not_ours_gets_an_address_and_no_boot_file()
    {
        await using var server = await RunningServer.StartAsync(policy: new Policy((BootRequest _) => null));
        using var relay = await server.RelayAsync();
        relay.Ask(Firmware(relay, 1))!.Should()
            .Match<DhcpMessage>(o => o.Type == DhcpMessageType.Offer && o.BootFile.Length == 0 && !o.YourAddress.Equals(IPAddress.Any));
    }

    [Fact]
    public async Task A_proxy_answers_firmware_alone_and_without_an_address()
    {
        await using var server =
            await RunningServer.StartAsync(
                policy: new Policy(_ => new BootInstruction.LocalDisk()), configure: o => o.Mode = DhcpMode.Proxy);
        using var relay = await server.RelayAsync();
        relay.Ask(relay.Message(2, DhcpMessageType.Discover), milliseconds: 200).Should().BeNull();
        var offer = relay.Ask(Firmware(relay, 1))!;
        offer.YourAddress.Should().Be(IPAddress.Any);
        offer.BootFile.Should().Be("snponly.efi");

        using var service = await server.RelayAsync(endPoint: 1);
        var request = Firmware(service, 1);
        request.Type = DhcpMessageType.Request;
        service.Ask(request)!.Should().Match<DhcpMessage>(a => a.Type == DhcpMessageType.Ack && a.BootFile == "snponly.efi");
    }

    [Fact]
    public async Task An_observer_server_answers_nothing_and_says_what_it_would_have_answered()
    {
        await using var server =
            await RunningServer.StartAsync(
                policy: new Policy(_ => new BootInstruction.LocalDisk()), configure: o => o.Mode = DhcpMode.Observe);
        using var relay = await server.RelayAsync();
        relay.Ask(Firmware(relay, 1), milliseconds: 300).Should().BeNull();
        (await server.ObservedAsync<BootObservation.DhcpExchange>()).Should()
            .ContainSingle(e => e.Answered == null && e.Rule.Contains("snponly.efi"));
    }

    [Fact]
    public async Task Another_server_that_a_client_took_is_reported()
    {
        await using var server = await RunningServer.StartAsync();
        using var relay = await server.RelayAsync();
        var request = relay.Message(1, DhcpMessageType.Request);
        request.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse("10.0.0.99"));
        request.Options.Set(DhcpOptionCode.RequestedAddress, IPAddress.Parse("10.0.0.7"));
        relay.Ask(request, milliseconds: 200).Should().BeNull();
        (await server.ObservedAsync<BootObservation.OtherServerSeen>()).Should()
            .ContainSingle(o => o.Server!.Equals(IPAddress.Parse("10.0.0.99")));
    }

    [Fact]
    public async Task A_relay_that_takes_this_servers_place_is_named_as_the_server()
    {
        await using var server = await RunningServer.StartAsync();
        using var relay = await server.RelayAsync();
        var discover = relay.Message(1, DhcpMessageType.Discover);
        var relayed = new RelayAgentInformation
        {
            LinkSelection = IPAddress.Parse("10.0.0.1"),
            UsesSourcePort = true,
            ServerIdentifierOverride = IPAddress.Parse("10.0.0.254")
        };
        relayed.AddTo(discover.Options);
        relay.Ask(discover)!.Options.GetAddress(DhcpOptionCode.ServerIdentifier).Should().Be(IPAddress.Parse("10.0.0.254"));
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.99.0.0/16", false)]
    public async Task Where_relays_are_listed_others_are_not_answered(string relays, bool isAnswered)
    {
        await using var server = await RunningServer.StartAsync(configure: o => o.Relays.Add(IPNetwork.Parse(relays)));
        using var relay = await server.RelayAsync();
        relay.Send(relay.Message(1, DhcpMessageType.Discover));
        var exchange = (await server.ObservedAsync<BootObservation.DhcpExchange>()).Single();
        (exchange.Answered is not null).Should().Be(isAnswered);
        if (!isAnswered) exchange.Rule.Should().Be("the relay is none of those that are served");
    }

    [Fact]
    public void A_server_that_could_say_nothing_is_not_made()
    {
        var local = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 0) };
        FluentActions.Invoking(() => new DhcpServer(local, new BootServices()))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*source of addresses*");
        local.Mode = DhcpMode.Proxy;
        FluentActions.Invoking(() => new DhcpServer(local, new BootServices()))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*boot policy*");
    }

    private static DhcpMessage Firmware(LoopbackRelay relay, int client)
    {
        var message = relay.Message(client, DhcpMessageType.Discover);
        var captured = Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Discover);
        for (var i = 0; i < captured.Options.Count; i++) message.Options.Set(captured.Options.At(i).Code, captured.Options.At(i).Value);
        return message;
    }

    private sealed class Policy(Func<BootRequest, CancellationToken, Task<BootInstruction?>> decide) : IBootPolicy
    {
        public Policy(Func<BootRequest, BootInstruction?> decide) : this((q, _) => Task.FromResult(decide(q))) { }

        public Policy(Func<CancellationToken, Task<BootInstruction?>> decide) : this((_, token) => decide(token)) { }

        public async ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            await decide(question, cancellationToken);
    }

    private sealed class SlowLeaseStore : ILeaseStore
    {
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously),
            _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Writing => _writing.Task;

        public void Finish() => _finish.SetResult();

        public IAsyncEnumerable<Lease> ReadAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<Lease>();

        public async ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
        {
            _writing.TrySetResult();
            await _finish.Task;
        }
    }
}

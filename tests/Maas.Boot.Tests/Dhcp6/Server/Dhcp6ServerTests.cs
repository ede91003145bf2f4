using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Replay;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Boot.Tests.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tests.Dhcp6.Server;

public sealed class Dhcp6ServerTests : IBootObserver, IAsyncDisposable
{
    private static readonly Dhcp6Subnet Loopback = new()
    {
        Network = IPNetwork.Parse("::/64"),
        Ranges = [AddressRange6.Parse("::1000-::10ff")],
        NameServers = [IPAddress.Parse("::53")]
    };

    private readonly MemoryLeaseStore6 _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<BootObservation> _observed = [];
    private readonly Socket _client = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
    private Task _running = Task.CompletedTask;
    private IPEndPoint? _server;

    [Fact]
    public async Task A_client_gets_a_lease_and_the_store_has_it_by_then()
    {
        await StartAsync();
        var offer = Ask(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()))!;
        var address = Packet6.AssociationOf(offer).Addresses.Single().Address;
        var reply = Ask(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation($"{address}")))!;

        reply.Type.Should().Be(Dhcp6MessageType.Reply);
        Packet6.AssociationOf(reply).Addresses.Single().Address.Should().Be(address);
        _store.Leases.Should().ContainKey(address);
        Observed().Should().BeEquivalentTo(new { Asked = "SOLICIT", Answered = "ADVERTISE", Xid = 0x123456u });
        Observed()
            .Should()
            .BeEquivalentTo(new { Asked = "REQUEST", Answered = "REPLY", Client = address, Rule = "the address it asked for" });
    }

    [Fact]
    public async Task A_reply_waits_for_the_disk_and_advertisements_to_others_do_not()
    {
        var disk = new TaskCompletionSource();
        _store.Gate = disk.Task;
        await StartAsync();
        Send(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation()));
        Ask(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation(), LeaseScene6.ClientOf(2)))!.Type.Should()
            .Be(Dhcp6MessageType.Advertise);
        disk.SetResult();
        Receive()!.Type.Should().Be(Dhcp6MessageType.Reply);
    }

    [Fact]
    public async Task The_end_waits_for_what_is_under_way_and_its_reply_still_leaves()
    {
        var disk = new TaskCompletionSource();
        _store.Gate = disk.Task;
        await StartAsync();
        Send(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation()));
        // answered: the request before it has been received, too
        Ask(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation(), LeaseScene6.ClientOf(2)));
        await _stop.CancelAsync();
        _running.IsCompleted.Should().BeFalse();
        disk.SetResult();
        Receive()!.Type.Should().Be(Dhcp6MessageType.Reply);
        await _running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_cannot_be_made_durable_is_not_told_and_the_server_lives_on()
    {
        _store.Fails = true;
        await StartAsync();
        Send(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation()));
        Observed().Should().BeEquivalentTo(new { Asked = "REQUEST", Answered = (string?)null, Rule = "could not be answered" });
        _store.Fails = false;
        Ask(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation()))!.Type.Should().Be(Dhcp6MessageType.Reply);
    }

    [Fact]
    public async Task A_server_that_a_client_names_is_reported()
    {
        await StartAsync();
        var other = Duid.Parse("00:03:00:01:52:54:00:00:00:99");
        Send(Packet6.Message(Dhcp6MessageType.Rebind, o =>
        {
            o.Add(Dhcp6OptionCode.ServerIdentifier, other.Octets.ToArray());
            o.AddAssociation("fd00:77::1234");
        }, Duid.Of(LeaseScene6.HardwareOf(5))));
        _observed.Take()
            .Should()
            .BeEquivalentTo(new
            {
                Identifier = other.ToString(),
                Server = (IPAddress?)null,
                Client = IPAddress.Parse("fd00:77::1234"),
                Hardware = LeaseScene6.HardwareOf(5)
            });
        Observed().Rule.Should().Be("meant for another server");
    }

    [Fact]
    public async Task Rapid_commit_binds_at_once_where_it_is_turned_on()
    {
        await StartAsync(o => o.RapidCommit = true);
        var reply = Ask(Packet6.Message(Dhcp6MessageType.Solicit, o =>
        {
            o.Add(Dhcp6OptionCode.RapidCommit, ReadOnlyMemory<byte>.Empty);
            o.AddAssociation();
        }))!;
        reply.Type.Should().Be(Dhcp6MessageType.Reply);
        _store.Leases.Should().ContainKey(Packet6.AssociationOf(reply).Addresses.Single().Address);
    }

    [Fact]
    public async Task A_client_behind_two_relays_gets_an_address_of_its_own_link_by_way_of_both()
    {
        await StartAsync();
        var inner = Packet6.Relay(
            Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()).ToArray(),
            "fd00:77::fe",
            "fe80::5054:ff:fe77:9",
            0,
            (Dhcp6OptionCode.InterfaceId, [1, 2]));
        _client.SendTo(Packet6.Relay(inner, "::", "fd00:77::fe", 1, (Dhcp6OptionCode.RelayPort, [0, 0])), _server!);

        var buffer = new byte[2000];
        var reply = buffer.AsMemory(0, _client.Receive(buffer));
        foreach (var hops in (byte[])[1, 0])
        {
            reply.Span[..2].ToArray().Should().Equal((byte)Dhcp6MessageType.RelayReply, hops);
            Dhcp6Options.TryParse(reply[34..], out var options).Should().BeTrue();
            reply = options!.Get(Dhcp6OptionCode.RelayMessage).ToArray();
        }

        Dhcp6Message.TryParse(reply, out var message).Should().BeTrue();
        LeaseScene6.Subnet.Network.Contains(Packet6.AssociationOf(message!).Addresses.Single().Address).Should().BeTrue();
        Observed().Hardware.Should().Be(HardwareAddress.Parse("52:54:00:77:00:09"));
    }

    [Fact]
    public async Task Firmware_is_asked_about_by_its_hardware_address_and_gets_the_program_and_iPxe_its_script()
    {
        var policy = new Recorder(new BootInstruction.Kernel("linux", [], ""));
        await StartAsync(policy: policy);
        var hardware = LeaseScene6.HardwareOf(3);
        Url(Ask(Packet6.Message(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.AddFirmware("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi);
        }, Duid.Of(hardware)))!).Should().Be("tftp://[::1]/snponly.efi");
        Url(Ask(Packet6.Message(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.Add(Dhcp6OptionCode.UserClass, (byte[])[0, 4, .. "iPXE"u8]);
        }, Duid.Of(hardware)))!).Should().Be("tftp://[::1]/ipxe/52-54-00-77-00-03");
        policy.Questions.First()
            .Should()
            .BeEquivalentTo(new
            {
                Hardware = hardware,
                Phase = BootPhase.Discovery,
                Architecture = BootArchitecture.X64Uefi,
                ServerAddress = IPAddress.IPv6Loopback
            });
    }

    [Fact]
    public async Task A_stateless_server_answers_information_requests_with_a_boot_file_and_leaves_addresses_to_others()
    {
        await StartAsync(policy: new Recorder(new BootInstruction.PowerOff()), stateless: true);
        Send(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()));
        Observed().Should().BeEquivalentTo(new { Asked = "SOLICIT", Answered = (string?)null, Rule = "addresses are another's matter" });
        var reply = Ask(Packet6.Message(Dhcp6MessageType.InformationRequest, o =>
        {
            o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 23, 0, 59]);
            o.AddFirmware("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi);
        }, LeaseScene6.ClientOf(1)))!;
        Url(reply).Should().Be("tftp://[::1]/snponly.efi");
        reply.Options.Contains(Dhcp6OptionCode.DnsServers).Should().BeTrue();
    }

    [Fact]
    public async Task An_exchange_tells_who_asked_from_where_and_what_comes_next()
    {
        await StartAsync(policy: new Recorder(new BootInstruction.PowerOff()));
        var hardware = LeaseScene6.HardwareOf(4);
        Dhcp6Message Of(Dhcp6MessageType type) => Packet6.Message(type, o =>
        {
            o.AddAssociation();
            o.AddFirmware("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi);
        }, Duid.Of(hardware));
        _client.SendTo(
            Packet6.Relay(
                Of(Dhcp6MessageType.Solicit).ToArray(),
                "fd00:77::fe",
                $"{Packet6.LinkLocal}",
                0,
                (Dhcp6OptionCode.InterfaceId, [1, 2]),
                (Dhcp6OptionCode.RelayPort, [0, 0])),
            _server!);
        _client.Receive(new byte[2000]);
        var offered = Observed();
        offered.Should().Match<BootObservation.DhcpExchange>(e =>
            e.Asked == "SOLICIT"
                && e.Answered == "ADVERTISE"
                && e.Rule == "a free address"
                && e.BootFile == "tftp://[::1]/snponly.efi"
                && e.Circuit == "0102"
                && e.Architecture == BootArchitecture.X64Uefi
            && e.Relay!.Equals(IPAddress.IPv6Loopback)
            && e.LeaseTime == TimeSpan.FromMinutes(10)
            && e.Next == "REQUEST"
            && e.Took > TimeSpan.Zero
            && e.Link != null);
        offered.NextServer.Should().Be(IPAddress.IPv6Loopback);
        Ask(Of(Dhcp6MessageType.Request));
        Observed().Next.Should().Be("fetches tftp://[::1]/snponly.efi");
    }

    [Fact]
    public async Task A_circuit_that_invents_clients_is_told_once_a_minute()
    {
        await StartAsync();
        for (byte client = 1; client <= 70; client++)
        {
            var request = Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation(), LeaseScene6.ClientOf(client));
            _client.SendTo(
                Packet6.Relay(
                    request.ToArray(),
                    "fd00:77::fe",
                    "fe80::1",
                    0,
                    (Dhcp6OptionCode.InterfaceId, "port 7"u8.ToArray()),
                    (Dhcp6OptionCode.RelayPort, [0, 0])),
                _server!);
            _client.Receive(new byte[2000]);
        }

        var told = Enumerable.Range(1, 71)
            .Select(_ => _observed.TryTake(out var observation, TimeSpan.FromSeconds(10))
                ? observation
                : throw new TimeoutException("nothing was observed"))
            .ToList();
        told.OfType<BootObservation.DhcpExchange>()
            .Count(e => e.Rule == "too many new clients behind the circuit in this minute")
            .Should()
            .Be(10);
        told.OfType<BootObservation.LimitReached>().Should().ContainSingle().Which.Limit.Should()
            .Be("60 new clients in a minute behind circuit 706f72742037 of relay fd00:77::fe");
    }

    [Fact]
    public async Task What_this_server_answered_is_kept_and_answered_again_when_its_own_capture_is_replayed()
    {
        var ring = new PacketRing();
        var policy = new Recorder(new BootInstruction.Kernel("linux", [], ""));
        await StartAsync(o => o.Capture = ring, policy);
        var firmware = Packet6.Message(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.AddFirmware("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi);
        }, Duid.Of(LeaseScene6.HardwareOf(1)));
        // Each is over, and kept, before the next one is sent.
        Ask(firmware);
        Observed();
        Ask(firmware with
        {
            Type = Dhcp6MessageType.InformationRequest,
            TransactionId = 9,
            Options = Packet6.Message(Dhcp6MessageType.InformationRequest).Options
        });
        Observed();
        Ask(Packet6.Message(Dhcp6MessageType.Request, o => o.AddAssociation(), Duid.Of(LeaseScene6.HardwareOf(1))));
        Observed();

        ring.Machines.Should().Contain(LeaseScene6.HardwareOf(1));
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        PcapngWriter.Write(output, ring.Packets());
        var packets = PcapReader.Read(output.WrittenMemory);
        packets.Should().HaveCount(6);
        packets.Where(p => p.IsSent == true).Should().OnlyContain(p => p.Comment!.Length > 0);
        // On a link the ports are DHCPv6's own.
        IPEndPoint OnLink(IPEndPoint end) => new(end.Address, end.Port == _server!.Port ? 547 : 546);
        var replay = new PacketReplay([.. packets.Select(p => p with { Source = OnLink(p.Source), Destination = OnLink(p.Destination) })]);
        replay.Server6.Should().Be(IPAddress.IPv6Loopback);
        var addresses = await LeaseAllocator6.OpenAsync([Loopback], new MemoryLeaseStore6(), timeProvider: replay.Clock);
        var steps = await replay.RunAsync(dhcp: null, policy: policy, dhcp6: new Dhcp6ServerOptions(), addresses6: addresses);
        steps.Should().HaveCount(3).And.OnlyContain(s => s.Answers.Count == 1 && s.Captured.Count == 1);
        steps.SelectMany(s => s.Differences).Should().BeEmpty();
        steps[0].ToString().Should().Contain("because   a free address").And.Contain("file tftp://[::1]/snponly.efi");
    }

    [Fact]
    public async Task A_policy_that_throws_costs_one_request()
    {
        await StartAsync(policy: new Recorder(null));
        Send(Packet6.Message(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.AddFirmware("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi);
        }, LeaseScene6.ClientOf(1)));
        Observed().Rule.Should().Be("could not be answered");
        Ask(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()))!.Type.Should().Be(Dhcp6MessageType.Advertise);
    }

    [Fact]
    public void A_server_with_nothing_to_tell_or_nowhere_to_listen_is_refused()
    {
        FluentActions.Invoking(() => new Dhcp6Server(new Dhcp6ServerOptions { Interfaces = { "eth0" } }, new BootServices()))
            .Should()
            .Throw<ArgumentException>();
        FluentActions.Invoking(() => new Dhcp6Server(new Dhcp6ServerOptions(), new BootServices { Policy = new Recorder(null) }))
            .Should()
            .Throw<ArgumentException>();
        FluentActions.Invoking(
            () => new Dhcp6Server(
                new Dhcp6ServerOptions { Interfaces = { "eth0" }, MaxInFlight = 1 }, new BootServices { Policy = new Recorder(null) }))
            .Should().Throw<System.ComponentModel.DataAnnotations.ValidationException>();
    }

    [Fact]
    public async Task A_relay_of_a_subnet_that_is_not_served_is_named_once_a_minute_and_no_line_says_null()
    {
        var logger = new RecordingLogger<Dhcp6Server>();
        await StartAsync(logger: logger);
        for (byte client = 1; client <= 3; client++)
            _client.SendTo(
                Packet6.Relay(
                    Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation(), LeaseScene6.ClientOf(client)).ToArray(),
                    "fd00:99::1",
                    "fe80::5054:ff:fe77:1"),
                _server!);
        for (var i = 0; i < 3; i++) Observed().Answered.Should().BeNull();
        Ask(Packet6.Message(Dhcp6MessageType.InformationRequest))!.Type.Should().Be(Dhcp6MessageType.Reply);
        Ask(Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()))!.Type.Should().Be(Dhcp6MessageType.Advertise);
        for (var i = 0; i < 2; i++) Observed();

        logger.Lines.Should().ContainSingle(
            l => l.Level == LogLevel.Information && l.Text.StartsWith("No answer", StringComparison.Ordinal)).Which.Text.Should()
            .Match(
            "No answer to SOLICIT of 52:54:00:77:00:01 on [::1]:* through relay ::1, link address fd00:99::1: " +
            "no subnet for the client's link. Further ones are not logged for a minute");
        logger.Lines.Should().NotContain(l => l.Text.Contains("(null)", StringComparison.Ordinal));
        logger.Lines.Single(l => l.Text.StartsWith("DHCPv6 on", StringComparison.Ordinal)).Text.Split("[::1]:").Should().HaveCount(2);
    }

    [Theory] // RFC 8415 section 19.1.1
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public async Task A_relay_that_tells_no_link_serves_the_link_that_it_came_by(string link)
    {
        await StartAsync();
        var solicit = Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation());
        _client.SendTo(Packet6.Relay(solicit.ToArray(), link, "fe80::5054:ff:fe77:1", 0, (Dhcp6OptionCode.RelayPort, [0, 0])), _server!);
        var buffer = new byte[2000];
        var reply = Dhcp6Envelope.MessageIn(buffer.AsMemory(0, _client.Receive(buffer)))!;
        Loopback.Network.Contains(Packet6.AssociationOf(reply).Addresses.Single().Address).Should().BeTrue();
    }

    void IBootObserver.Observe(BootObservation observation) => _observed.Add(observation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        _client.Dispose();
        _stop.Dispose();
        _observed.Dispose();
    }

    private static string Url(Dhcp6Message reply) => Encoding.UTF8.GetString(reply.Options.Get(Dhcp6OptionCode.BootFileUrl).Span);

    private async Task StartAsync(
        Action<Dhcp6ServerOptions>? configure = null,
        IBootPolicy? policy = null,
        bool stateless = false,
        ILogger<Dhcp6Server>? logger = null)
    {
        _client.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var options = new Dhcp6ServerOptions
        {
            ListenOn = new IPEndPoint(IPAddress.IPv6Loopback, 0),
            ClientPort = ((IPEndPoint)_client.LocalEndPoint!).Port,
            ServerIdentifier = Packet6.Server,
        };
        configure?.Invoke(options);
        // On loopback the link is found by the server's own address.
        var loopback = stateless ? Loopback with { Ranges = [] } : Loopback;
        var server = new Dhcp6Server(
            options,
            new BootServices
            {
                Addresses6 = await LeaseAllocator6.OpenAsync([loopback, LeaseScene6.Subnet], _store),
                Policy = policy,
                Observer = this,
                LoggerFactory = RecordingLogger.FactoryOf(logger),
            });
        _running = server.RunAsync(_stop.Token);
        _server = (await server.Listening)[0];
    }

    private void Send(Dhcp6Message message) => _client.SendTo(message.ToArray(), _server!);

    private Dhcp6Message? Ask(Dhcp6Message message)
    {
        Send(message);
        return Receive();
    }

    private Dhcp6Message? Receive()
    {
        var buffer = new byte[2000];
        return Dhcp6Message.TryParse(buffer.AsMemory(0, _client.Receive(buffer)), out var reply) ? reply : null;
    }

    private BootObservation.DhcpExchange Observed() =>
        _observed.TryTake(out var observation, TimeSpan.FromSeconds(10))
            ? (BootObservation.DhcpExchange)observation
            : throw new TimeoutException("nothing was observed");

    private sealed class Recorder(BootInstruction? instruction) : IBootPolicy
    {
        public ConcurrentQueue<BootRequest> Questions { get; } = new();

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
        {
            Questions.Enqueue(question);
            return instruction is null ? throw new InvalidOperationException("out of order") : new(instruction);
        }
    }
}

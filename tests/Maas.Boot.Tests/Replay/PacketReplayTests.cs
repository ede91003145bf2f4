using System.Net;
using System.Text;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Replay;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Boot.Tests.Packets;
using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Replay;

public class PacketReplayTests
{
    private static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.77.0.0/24"),
        Ranges = [AddressRange.Parse("10.77.0.100-10.77.0.199")],
        Routers = [IPAddress.Parse("10.77.0.1")],
        NameServers = [IPAddress.Parse("10.77.0.1")],
    };

    private static readonly Dhcp6Subnet Subnet6 = new()
    {
        Network = IPNetwork.Parse("fd00:77::/64"),
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")]
    };

    public static TheoryData<string> Names => [.. Captures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_capture_is_answered_as_the_text_beside_it_says(string name)
    {
        var packets = Captures.Read(name);
        var replay = new PacketReplay(packets);
        var addresses = await LeaseAllocator.OpenAsync([Subnet], new InMemoryLeaseStore(), timeProvider: replay.Clock);
        var addresses6 = await LeaseAllocator6.OpenAsync([Subnet6], new MemoryLeaseStore6(), timeProvider: replay.Clock);
        var tftp = new TftpServerOptions { MaxWindowSize = 1 }; // as the captured server did
        var steps = await replay.RunAsync(
            new DhcpServerOptions { HttpBase = new Uri("http://10.77.0.1/") },
            addresses,
            new EverybodyInstalls(),
            new CapturedFiles(packets),
            tftp,
            new Dhcp6ServerOptions(),
            addresses6);

        var text = new StringBuilder();
        foreach (var step in steps.Where(IsDhcp)) text.Append(step);
        foreach (var request in steps.Where(s => s.Asked.Destination.Port == 69)) text.Append(request);
        // Of thousands of blocks, only those that would not have been answered as they were.
        foreach (var block in steps.Where(s => !IsDhcp(s) && s.Asked.Destination.Port != 69 && s.Differences.Count > 0)) text.Append(block);
        var golden = Captures.PathOf(name, ".replay.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(golden, text.ToString());
        text.ToString().Should().Be(await File.ReadAllTextAsync(golden));
        steps.Where(IsDhcp).Should().OnlyContain(s => s.Rule.Length > 0);
    }

    [Fact]
    public async Task What_this_server_answered_is_answered_again_when_its_own_capture_is_replayed()
    {
        var ring = new PacketRing();
        await using (var server = await RunningServer.StartAsync(policy: new EverybodyInstalls(), configure: o => o.Capture = ring))
        {
            using var relay = await server.RelayAsync();
            relay.Lease(1)!.Type.Should().Be(DhcpMessageType.Ack);
            relay.Lease(2)!.Type.Should().Be(DhcpMessageType.Ack);
            await server.ObservedAsync<BootObservation.DhcpExchange>(count: 4);
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        PcapngWriter.Write(output, ring.Packets());
        var packets = PcapReader.Read(output.WrittenMemory);
        packets.Where(p => p.IsSent == true).Should().OnlyContain(p => p.Comment!.Length > 0);
        var replay = new PacketReplay(packets);
        var addresses = await LeaseAllocator.OpenAsync([RunningServer.Subnet], new InMemoryLeaseStore(), timeProvider: replay.Clock);
        var steps = await replay.RunAsync(new DhcpServerOptions(), addresses, new EverybodyInstalls());
        steps.Should().HaveCount(4).And.OnlyContain(s => s.Answers.Count == 1 && s.Captured.Count == 1);
        steps.SelectMany(s => s.Differences).Should().BeEmpty();
    }

    [Fact]
    public async Task A_transfer_is_replayed_with_its_refusals()
    {
        var ring = new PacketRing();
        int port;
        await using (var server = new ServerUnderTest(new TftpServerOptions { Capture = ring }))
        {
            port = server.EndPoint.Port;
            server.Add("file", 1000);
            using var client = new RawClient(server.EndPoint);
            client.AskRead("file", "blksize\0600\0tsize\00\0");
            (await client.ReceiveTextAsync()).Should().StartWith("\0\u0006");
            for (var block = 0; block <= 2; block++)
            {
                client.Acknowledge(block);
                if (block < 2) await client.ReceiveAsync();
            }

            await server.EndedAsync();
            using var stranger = new RawClient(server.EndPoint);
            stranger.AskRead("../secret");
            (await stranger.ReceiveTextAsync()).Should().StartWith("\0\u0005");
            await server.EndedAsync();
        }

        var packets = ring.Packets();
        packets.Where(p => p.IsSent == true && p.Length > 500)
            .Should()
            .OnlyContain(p => p.Payload.Length == PacketRing.KeptOfBlock, "of a block the beginning is kept");
        var replay = new PacketReplay(packets) { TftpPort = port, Server = IPAddress.Loopback };
        var steps = await replay.RunAsync(dhcp: null, files: new CapturedFiles(packets, port));
        steps.Select(s => s.Rule).Should().Contain("file, 1000 octets, blksize 600, windowsize 1").And.Contain("completed").And.Contain(
            "the name leaves its directory");
        steps.SelectMany(s => s.Differences).Should().BeEmpty();
    }

    [Fact]
    public async Task What_would_be_answered_otherwise_is_told_line_by_line()
    {
        var packets = Captures.Read("dhclient");
        var replay = new PacketReplay(packets);
        var other = Subnet with { Routers = [IPAddress.Parse("10.77.0.254")] };
        var addresses = await LeaseAllocator.OpenAsync([other], new InMemoryLeaseStore(), timeProvider: replay.Clock);
        var first = (await replay.RunAsync(new DhcpServerOptions(), addresses))[0];
        first.Answer!.Type.Should().Be(DhcpMessageType.Offer);
        first.Differences.Should().Contain("- 3 Router: 10.77.0.1").And.Contain("+ 3 Router: 10.77.0.254");
        first.ToString().Should().Contain("because   a free address");
    }

    [Fact]
    public async Task Rubbish_is_dropped_and_the_replay_goes_on()
    {
        var packets = Captures.Read("dhclient").ToList();
        packets.Insert(0, packets[0] with { Payload = new byte[20] });
        var replay = new PacketReplay(packets);
        var addresses = await LeaseAllocator.OpenAsync([Subnet], new InMemoryLeaseStore(), timeProvider: replay.Clock);
        var steps = await replay.RunAsync(new DhcpServerOptions(), addresses);
        steps[0].Rule.Should().Contain("no DHCP message");
        steps[1].Answers.Should().ContainSingle();
    }

    private static bool IsDhcp(ReplayStep step) => step.Asked.IsDhcp || step.Asked.IsDhcp6;

    private sealed class EverybodyInstalls : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.Kernel("linux", ["initrd.gz"], "console=ttyS0"));
    }
}

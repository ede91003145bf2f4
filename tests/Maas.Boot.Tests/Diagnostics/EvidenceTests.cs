using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Files;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Packets;
using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Diagnostics;

public class EvidenceTests
{
    [Fact]
    public async Task An_exchange_tells_who_asked_from_where_and_what_comes_next()
    {
        await using var server = await RunningServer.StartAsync(policy: new LocalDisk());
        using var relay = await server.RelayAsync();
        var discover = relay.Message(1, DhcpMessageType.Discover);
        var captured = Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Discover);
        for (var i = 0; i < captured.Options.Count; i++) discover.Options.Set(captured.Options.At(i).Code, captured.Options.At(i).Value);
        new RelayAgentInformation
        {
            LinkSelection = IPAddress.Parse("10.0.0.1"),
            UsesSourcePort = true,
            CircuitId = "\u0001\u0002"u8.ToArray()
        }.AddTo(discover.Options);
        var offer = relay.Ask(discover)!;
        var told = (await server.ObservedAsync<BootObservation.DhcpExchange>())[0];
        told.Should().Match<BootObservation.DhcpExchange>(e =>
            e.Asked == "DISCOVER"
                && e.Answered == "OFFER"
                && e.Rule == "a free address"
                && e.BootFile == "snponly.efi"
                && e.Circuit == "0102"
                && e.Architecture == BootArchitecture.X64Uefi
            && e.Relay!.Equals(IPAddress.Loopback)
            && e.LeaseTime == TimeSpan.FromMinutes(10)
            && e.Next == "REQUEST"
            && e.Took > TimeSpan.Zero
            && e.Link != null);
        told.Client.Should().Be(offer.YourAddress);
        told.NextServer.Should().Be(IPAddress.Loopback);
    }

    [Fact]
    public async Task An_acknowledged_boot_file_is_what_comes_next()
    {
        await using var server = await RunningServer.StartAsync(policy: new LocalDisk());
        using var relay = await server.RelayAsync();
        var request = relay.Request(relay.Ask(relay.Message(1, DhcpMessageType.Discover))!, 1);
        request.Options.Set(DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003000");
        relay.Ask(request)!.Type.Should().Be(DhcpMessageType.Ack);
        (await server.ObservedAsync<BootObservation.DhcpExchange>(count: 2))[1].Next.Should().Be("fetches snponly.efi");
    }

    [Fact]
    public async Task A_circuit_that_invents_clients_is_told_once_a_minute()
    {
        await using var server = await RunningServer.StartAsync();
        using var relay = await server.RelayAsync();
        for (var client = 1; client <= 70; client++)
        {
            var discover = relay.Message(client, DhcpMessageType.Discover);
            new RelayAgentInformation
            {
                LinkSelection = IPAddress.Parse("10.0.0.1"),
                UsesSourcePort = true,
                CircuitId = "port 7"u8.ToArray()
            }.AddTo(discover.Options);
            relay.Send(discover);
        }

        relay.Receive(count: 60u).Should().HaveCount(60);
        var exchanges = await server.ObservedAsync<BootObservation.DhcpExchange>(count: 70);
        exchanges.Count(e => e.Rule == "too many new clients behind the circuit in this minute").Should().Be(10);
        (await server.ObservedAsync<BootObservation.LimitReached>()).Should().ContainSingle()
            .Which.Limit.Should().Be("60 new clients in a minute behind circuit 706f72742037 of relay 127.0.0.1");
    }

    [Fact]
    public async Task What_is_asked_for_a_DHCP_answer_is_part_of_its_trace()
    {
        using var traces = new Traces();
        var policy = new Traced();
        await using (var server = await RunningServer.StartAsync(policy: policy))
        {
            using var relay = await server.RelayAsync();
            var discover = relay.Message(1, DhcpMessageType.Discover);
            discover.Options.Set(DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003000");
            relay.Ask(discover);
            relay.Ask(relay.Message(2, DhcpMessageType.Discover));
            await server.ObservedAsync<BootObservation.DhcpExchange>(count: 2);
        }

        var ended = traces.Of(policy.Asked!);
        ended.DisplayName.Should().Be("DHCP DISCOVER");
        ended.GetTagItem("maas.dhcp.answered").Should().Be("OFFER");
        ended.GetTagItem("maas.dhcp.rule").Should().Be("a free address");
        ended.GetTagItem("maas.mac").Should().Be("02:00:00:00:00:01");
        ended.Parent.Should().BeNull("one datagram is no part of another");
    }

    [Fact]
    public async Task A_transfer_is_counted_and_traced()
    {
        using var traces = new Traces();
        using var counts = new Counts();
        await using (var server = new ServerUnderTest())
        {
            server.Add("evidence-of-transfer", 600);
            using var client = new RawClient(server.EndPoint);
            client.AskRead("evidence-of-transfer");
            await client.ReceiveAsync();
            client.Acknowledge(1);
            await client.ReceiveAsync();
            client.Acknowledge(2);
            await server.EndedAsync();
            client.AskRead("evidence-of-nothing");
            await client.ReceiveAsync();
            await server.EndedAsync();
        }

        traces.All.Should().Contain(a => a.GetTagItem("maas.tftp.file") as string == "evidence-of-transfer"
            && a.GetTagItem("maas.tftp.outcome") as string == "completed"
            && (long)a.GetTagItem("maas.tftp.bytes")! == 600);
        traces.All.Should()
            .Contain(a => a.GetTagItem("maas.tftp.file") as string == "evidence-of-nothing" && a.Status == ActivityStatusCode.Error);
        counts.Of("maas.boot.tftp.transfers").Should().Contain("completed").And.Contain("refused");
        // Of all tests that run meanwhile; the two without a prefix are OpenTelemetry's.
        counts.Attributes.Should().Contain("maas.tftp.outcome")
            .And.OnlyContain(name => name.StartsWith("maas.", StringComparison.Ordinal) || name == "error.type" || name == "network.type");
    }

    [Fact]
    public async Task An_observer_that_throws_ends_no_server()
    {
        using var stop = new CancellationTokenSource();
        using var server = new TftpServer(
            new TftpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            new BootServices { Files = new Files(), Observer = new Throwing() });
        var running = server.RunAsync(stop.Token);
        var end = server.Bind();
        for (var round = 0; round < 3; round++)
        {
            using var client = new RawClient(end);
            client.AskRead("file");
            (await client.ReceiveAsync()).Should().HaveCount(5);
            client.Acknowledge(1);
        }

        await stop.CancelAsync();
        await running;
    }

    private sealed class LocalDisk : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.LocalDisk());
    }

    private sealed class Traced : IBootPolicy
    {
        public Activity? Asked { get; private set; }

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
        {
            Asked ??= Activity.Current;
            return new(new BootInstruction.LocalDisk());
        }
    }

    private sealed class Files : IBootFiles
    {
        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(BootFile.FromBytes(new byte[1]));
    }

    private sealed class Throwing : IBootObserver
    {
        public void Observe(BootObservation observation) => throw new NotSupportedException();
    }

    private sealed class Traces : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Traces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = s => s.Name == "Maas.Boot",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = _ended.Enqueue
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IEnumerable<Activity> All => _ended;

        public Activity Of(Activity begun) => _ended.Single(a => a.SpanId == begun.SpanId);

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Counts : IDisposable
    {
        private readonly ConcurrentQueue<(string Instrument, string Tag)> _counted = new();
        private readonly ConcurrentDictionary<string, bool> _attributes = new();
        private readonly MeterListener _listener = new();

        public Counts()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Maas.Boot") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
            {
                _counted.Enqueue((instrument.Name, tags.Length > 0 ? tags[0].Value?.ToString() ?? "" : ""));
                foreach (var tag in tags) _attributes[tag.Key] = true;
            });
            _listener.Start();
        }

        public IEnumerable<string> Attributes => _attributes.Keys;

        public IEnumerable<string> Of(string instrument) => _counted.Where(c => c.Instrument == instrument).Select(c => c.Tag);

        public void Dispose() => _listener.Dispose();
    }
}

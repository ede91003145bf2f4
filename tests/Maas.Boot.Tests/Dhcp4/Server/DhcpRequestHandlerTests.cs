using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp4.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Each transaction is concluded once, whatever fails on its way.</summary>
public sealed class DhcpRequestHandlerTests : IBootObserver
{
    private const int Clients = 4;
    private readonly ConcurrentQueue<BootObservation.DhcpExchange> _concluded = new();
    private readonly BlockingStore _store = new();
    private readonly DhcpTransactionPool _pool = new(limit: 8);

    [Fact]
    public async Task A_reply_that_cannot_be_sent_is_concluded_once_and_those_committed_with_it_are_sent()
    {
        var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 67) };
        var addresses = await LeaseAllocator.OpenAsync([LeaseScene.Subnet], _store);
        var handler = new DhcpRequestHandler(
            options,
            addresses,
            null,
            _pool,
            new DhcpTelemetry(this, TimeProvider.System, NullLogger.Instance),
            TimeProvider.System,
            NullLogger.Instance,
            default);
        var sender = new Sender();
        var link = LinkOf(options, sender);
        handler.Start();
        handler.Open();
        for (var client = 0; client < Clients; client++) Begin(handler, link, LeaseScene.From(client));
        var offers = sender.Sent.ToList();
        offers.Should().HaveCount(Clients);
        sender.FailsAt = 2;
        Begin(handler, link, RequestOf(0, offers[0])); // alone in the first commit
        await _store.Writing.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        // together in the next
        for (var client = 1; client < Clients; client++) Begin(handler, link, RequestOf(client, offers[client]));
        _store.Finish.SetResult();
        await handler.FinishAsync();

        sender.Sent.Skip(Clients).Should().HaveCount(Clients - 1);
        var requests = _concluded.Where(e => e.Asked == "REQUEST").ToList();
        requests.Select(e => e.Hardware).Should().OnlyHaveUniqueItems().And.HaveCount(Clients);
        requests.Count(e => e.Answered == "ACK").Should().Be(Clients - 1);
        requests.Should().ContainSingle(e => e.Answered == null).Which.Rule.Should().Be("could not be answered");
        List<DhcpTransaction> rented = [];
        while (_pool.Rent() is { } transaction) rented.Add(transaction);
        rented.Should().OnlyHaveUniqueItems("two clients never share a transaction").And.HaveCount(8);
    }

    [Fact]
    public void A_transaction_is_not_taken_back_twice()
    {
        var transaction = _pool.Rent()!; // nothing is rented yet
        _pool.Return(transaction).Should().BeTrue();
        _pool.Return(transaction).Should().BeFalse();
        _pool.Rent().Should().BeSameAs(transaction);
        _pool.Rent().Should().NotBeSameAs(transaction);
    }

    [Fact]
    public async Task The_end_waits_for_what_is_under_way_and_concludes_it()
    {
        using var stopping = new CancellationTokenSource();
        var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 67) };
        var handler = new DhcpRequestHandler(
            options,
            new NeverAnswering(),
            null,
            _pool,
            new DhcpTelemetry(this, TimeProvider.System, NullLogger.Instance),
            TimeProvider.System,
            NullLogger.Instance,
            stopping.Token);
        handler.Start();
        handler.Open();
        Begin(handler, LinkOf(options, new Sender()), LeaseScene.From(1));
        _concluded.Should().BeEmpty();
        await stopping.CancelAsync();
        await handler.FinishAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        _concluded.Should().ContainSingle();
    }

    [Fact]
    public async Task Handling_a_request_that_asks_no_policy_allocates_nothing_on_the_receiving_thread()
    {
        const int rounds = 2000;
        var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 67) };
        var addresses = await LeaseAllocator.OpenAsync([LeaseScene.Subnet], new InMemoryLeaseStore());
        var telemetry = new DhcpTelemetry(null, TimeProvider.System, NullLogger.Instance);
        var handler = new DhcpRequestHandler(
            options, addresses, null, _pool, telemetry, TimeProvider.System, NullLogger.Instance, default);
        var link = LinkOf(options, new Silence());
        var discover = LeaseScene.From(1);
        discover.RelayAddress = IPAddress.Parse("10.0.0.2");
        var datagram = new byte[DhcpMessage.DefaultMaxLength];
        discover.TryWrite(datagram, out var length).Should().BeTrue();
        handler.Start();
        handler.Open();

        void Handle()
        {
            var transaction = _pool.Rent()!; // each is returned before the next one is rented
            datagram.AsSpan(0, length).CopyTo(transaction.ReceiveBuffer);
            transaction.Link = link;
            handler.Begin(transaction, length);
        }

        for (var i = 0; i < rounds; i++) Handle();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++) Handle();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        await handler.FinishAsync();
        addresses.List().Should().ContainSingle();
        each.Should().Be(0);
    }

    void IBootObserver.Observe(BootObservation observation) => _concluded.Enqueue((BootObservation.DhcpExchange)observation);

    private void Begin(DhcpRequestHandler handler, DhcpLink link, DhcpMessage message)
    {
        var transaction = _pool.Rent()!; // fewer are under way than there are
        transaction.Link = link;
        message.RelayAddress = IPAddress.Parse("10.0.0.2");
        message.TryWrite(transaction.ReceiveBuffer, out var length).Should().BeTrue();
        handler.Begin(transaction, length);
    }

    private static DhcpMessage RequestOf(int client, IPAddress offered)
    {
        var message = LeaseScene.From(client);
        message.Type = DhcpMessageType.Request;
        message.Options.Set(DhcpOptionCode.RequestedAddress, offered);
        message.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse("10.0.0.1"));
        return message;
    }

    private static DhcpLink LinkOf(DhcpServerOptions options, IDatagramSender sender) =>
        new("test", IPAddress.Parse("10.0.0.1"), port: 67, options, sender);

    private sealed class Sender : IDatagramSender
    {
        private int _acks;

        public ConcurrentQueue<IPAddress> Sent { get; } = new();

        public int FailsAt { get; set; }

        public void Send(ReadOnlySpan<byte> datagram, SocketAddress to)
        {
            DhcpMessage.TryParse(datagram, out var reply).Should().BeTrue();
            if (reply!.Type == DhcpMessageType.Ack && ++_acks == FailsAt) throw new InvalidOperationException("A defect below.");
            Sent.Enqueue(reply.YourAddress);
        }
    }

    private sealed class Silence : IDatagramSender
    {
        public void Send(ReadOnlySpan<byte> datagram, SocketAddress to)
        {
        }
    }

    private sealed class NeverAnswering : IAddressSource
    {
        public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) =>
            new(new TaskCompletionSource<AddressResult>().Task);

        public ValueTask CommitAsync(CancellationToken cancellationToken) => default;
    }

    private sealed class BlockingStore : ILeaseStore
    {
        public TaskCompletionSource Writing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Finish { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IAsyncEnumerable<Lease> ReadAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<Lease>();

        public async ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
        {
            Writing.TrySetResult();
            await Finish.Task;
        }
    }
}

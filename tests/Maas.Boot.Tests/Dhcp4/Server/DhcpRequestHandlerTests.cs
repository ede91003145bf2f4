using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp4.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Each exchange is concluded once, whatever fails on its way.</summary>
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
        var conversation = new DhcpRequestHandler(
            options,
            addresses,
            null,
            _pool,
            new DhcpTelemetry(this, TimeProvider.System, NullLogger.Instance),
            TimeProvider.System,
            NullLogger.Instance,
            default);
        var link = new Link(options);
        conversation.Start();
        conversation.Open();
        for (var client = 0; client < Clients; client++) Begin(conversation, link, LeaseScene.From(client));
        var offers = link.Sent.ToList();
        offers.Should().HaveCount(Clients);
        link.FailsAt = 2;
        Begin(conversation, link, RequestOf(0, offers[0])); // alone in the first commit
        await _store.Writing.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        // together in the next
        for (var client = 1; client < Clients; client++) Begin(conversation, link, RequestOf(client, offers[client]));
        _store.Finish.SetResult();
        await conversation.FinishAsync();

        link.Sent.Skip(Clients).Should().HaveCount(Clients - 1);
        var requests = _concluded.Where(e => e.Asked == "REQUEST").ToList();
        requests.Select(e => e.Hardware).Should().OnlyHaveUniqueItems().And.HaveCount(Clients);
        requests.Count(e => e.Answered == "ACK").Should().Be(Clients - 1);
        requests.Should().ContainSingle(e => e.Answered == null).Which.Rule.Should().Be("could not be answered");
        List<DhcpTransaction> rented = [];
        while (_pool.Rent() is { } exchange) rented.Add(exchange);
        rented.Should().OnlyHaveUniqueItems("two clients never share an exchange").And.HaveCount(8);
    }

    [Fact]
    public void An_exchange_is_not_taken_back_twice()
    {
        var exchange = _pool.Rent()!; // nothing is rented yet
        _pool.Return(exchange).Should().BeTrue();
        _pool.Return(exchange).Should().BeFalse();
        _pool.Rent().Should().BeSameAs(exchange);
        _pool.Rent().Should().NotBeSameAs(exchange);
    }

    [Fact]
    public async Task The_end_waits_for_what_is_under_way_and_concludes_it()
    {
        using var stopping = new CancellationTokenSource();
        var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 67) };
        var conversation = new DhcpRequestHandler(
            options,
            new NeverAnswering(),
            null,
            _pool,
            new DhcpTelemetry(this, TimeProvider.System, NullLogger.Instance),
            TimeProvider.System,
            NullLogger.Instance,
            stopping.Token);
        conversation.Start();
        conversation.Open();
        Begin(conversation, new Link(options), LeaseScene.From(1));
        _concluded.Should().BeEmpty();
        await stopping.CancelAsync();
        await conversation.FinishAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        _concluded.Should().ContainSingle();
    }

    void IBootObserver.Observe(BootObservation observation) => _concluded.Enqueue((BootObservation.DhcpExchange)observation);

    private void Begin(DhcpRequestHandler conversation, Link link, DhcpMessage message)
    {
        var exchange = _pool.Rent()!; // fewer are under way than there are
        exchange.Link = link;
        message.RelayAddress = IPAddress.Parse("10.0.0.2");
        message.TryWrite(exchange.ReceiveBuffer, out var length).Should().BeTrue();
        conversation.Begin(exchange, length);
    }

    private static DhcpMessage RequestOf(int client, IPAddress offered)
    {
        var message = LeaseScene.From(client);
        message.Type = DhcpMessageType.Request;
        message.Options.Set(DhcpOptionCode.RequestedAddress, offered);
        message.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse("10.0.0.1"));
        return message;
    }

    private sealed class Link(DhcpServerOptions options)
        : DhcpClientSocket("test", IPAddress.Parse("10.0.0.1"), isBootService: false, (67, 68), options)
    {
        private int _acks;

        public ConcurrentQueue<IPAddress> Sent { get; } = new();

        public int FailsAt { get; set; }

        public override void Send(DhcpTransaction exchange)
        {
            if (exchange.Reply.Type == DhcpMessageType.Ack && ++_acks == FailsAt) throw new InvalidOperationException("A defect below.");
            Sent.Enqueue(exchange.Reply.YourAddress);
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

using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Replay;

/// <summary>The DHCP server's conversation, with the capture in the place of sockets.</summary>
internal sealed class ReplayedDhcp : IBootObserver, IAsyncDisposable
{
    private const ushort BootServicePort = 4011;

    private readonly DhcpTransactionPool _pool = new(limit: 16);
    private readonly CancellationTokenSource _stopping = new();
    private readonly DhcpRequestHandler _conversation;
    private readonly ReplayLink _link, _bootService;
    private readonly ReplayClock _clock;
    private readonly Dictionary<(uint Xid, HardwareAddress Client), ReplayStep> _asked = [];
    private TaskCompletionSource<string> _concluded = new();

    public ReplayedDhcp(DhcpServerOptions options, IAddressSource? addresses, IBootPolicy? policy, IPAddress server, ReplayClock clock)
    {
        server = options.ServerAddress ?? server;
        _clock = clock;
        _conversation = new DhcpRequestHandler(
            options,
            addresses,
            policy,
            _pool,
            new DhcpTelemetry(this, clock, NullLogger.Instance),
            clock,
            NullLogger.Instance,
            _stopping.Token);
        _link = new ReplayLink(server, isBootService: false, options, clock);
        _bootService = new ReplayLink(server, isBootService: true, options, clock);
        _conversation.Start();
        _conversation.Open();
    }

    /// <summary>Answers a client's datagram, or puts a server's to the step it answers.</summary>
    public async ValueTask<ReplayStep?> TakeAsync(CapturedPacket packet, CancellationToken cancellationToken)
    {
        if (packet.Payload.Length > DhcpTransaction.LongestDatagram) return null;
        var isMessage = DhcpMessage.TryParse(packet.Payload.Span, out var message);
        if (message is { Operation: DhcpOperation.Reply })
        {
            if (_asked.TryGetValue((message.TransactionId, message.Hardware), out var answered)) answered.AddCaptured(packet);
            return null;
        }

        if (message is null && packet.Destination.Port == 68) return null;
        var step = new ReplayStep(packet);
        if (!isMessage || message is null)
        {
            step.Rule = "no DHCP message: dropped";
            return step;
        }

        _asked[(message.TransactionId, message.Hardware)] = step;
        step.Rule = await AnswerAsync(packet, step, cancellationToken).ConfigureAwait(false);
        return step;
    }

    /// <inheritdoc/>
    public void Observe(BootObservation observation)
    {
        if (observation is BootObservation.DhcpExchange exchange) _concluded.TrySetResult(exchange.Rule);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _conversation.FinishAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task<string> AnswerAsync(CapturedPacket packet, ReplayStep step, CancellationToken cancellationToken)
    {
        var link = packet.Destination.Port == BootServicePort ? _bootService : _link;
        link.Step = step;
        _concluded = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var exchange = _pool.Rent() ?? throw new InvalidOperationException("Exchanges were not returned.");
        packet.Payload.Span.CopyTo(exchange.ReceiveBuffer);
        packet.Source.Serialize().Buffer.CopyTo(exchange.Peer.Buffer);
        exchange.Link = link;
        exchange.ReceivedAt = _clock.GetTimestamp();
        _conversation.Begin(exchange, packet.Payload.Length);
        return await _concluded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class ReplayLink(IPAddress server, bool isBootService, DhcpServerOptions options, TimeProvider timeProvider)
        : DhcpClientSocket("replay", server, isBootService, (isBootService ? BootServicePort : (ushort)67, (ushort)68), options)
    {
        public ReplayStep? Step { get; set; }

        public override void Send(DhcpTransaction exchange)
        {
            var (address, port) = exchange.Source; // by now the peer is whom it goes to
            Step?.AddAnswer(new CapturedPacket(
                timeProvider.GetUtcNow(),
                new IPEndPoint(Server, Ports.Server),
                new IPEndPoint(address.ToIPAddress(), port),
                exchange.ReplyBytes.ToArray()) { IsSent = true });
        }
    }
}

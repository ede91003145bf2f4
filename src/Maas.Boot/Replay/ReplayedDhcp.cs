using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Replay;

/// <summary>The DHCP server's request handler, with the capture in the place of sockets.</summary>
internal sealed class ReplayedDhcp : IBootObserver, IAsyncDisposable
{
    private const int ServerPort = 67, BootServicePort = 4011, ClientPort = 68;

    private readonly DhcpTransactionPool _pool = new(limit: 16);
    private readonly CancellationTokenSource _stopping = new();
    private readonly DhcpRequestHandler _handler;
    private readonly DhcpLink _link, _bootService;
    private readonly ReplaySender _sender, _bootServiceSender;
    private readonly ReplayClock _clock;
    private readonly Dictionary<(uint Xid, HardwareAddress Client), ReplayStep> _asked = [];
    private TaskCompletionSource<string> _concluded = new();

    public ReplayedDhcp(DhcpServerOptions options, IAddressSource? addresses, IBootPolicy? policy, IPAddress server, ReplayClock clock)
    {
        server = options.ServerAddress ?? server;
        options = new DhcpServerOptions(options) { ClientPort = ClientPort };
        _clock = clock;
        _handler = new DhcpRequestHandler(
            options,
            addresses,
            policy,
            _pool,
            new DhcpTelemetry(this, clock, NullLogger.Instance),
            clock,
            NullLogger.Instance,
            _stopping.Token);
        _sender = new ReplaySender(new IPEndPoint(server, ServerPort), clock);
        _link = new DhcpLink("replay", server, ServerPort, options, _sender);
        _bootServiceSender = new ReplaySender(new IPEndPoint(server, BootServicePort), clock);
        _bootService = new DhcpLink("replay", server, BootServicePort, options, _bootServiceSender) { IsBootService = true };
        _handler.Start();
        _handler.Open();
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
        await _handler.FinishAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task<string> AnswerAsync(CapturedPacket packet, ReplayStep step, CancellationToken cancellationToken)
    {
        var (link, sender) = packet.Destination.Port == BootServicePort ? (_bootService, _bootServiceSender) : (_link, _sender);
        sender.Step = step;
        _concluded = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var transaction = _pool.Rent() ?? throw new InvalidOperationException("Transactions were not returned.");
        packet.Payload.Span.CopyTo(transaction.ReceiveBuffer);
        packet.Source.Serialize().Buffer.CopyTo(transaction.Peer.Buffer);
        transaction.Link = link;
        transaction.ReceivedAt = _clock.GetTimestamp();
        _handler.Begin(transaction, packet.Payload.Length);
        return await _concluded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}

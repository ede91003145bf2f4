using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Replay;

/// <summary>The DHCPv6 server's request handler, with the capture in the place of sockets.</summary>
internal sealed class ReplayedDhcp6 : IBootObserver
{
    private readonly Dhcp6RequestHandler _handler;
    private readonly Dhcp6Link _link;
    private readonly ReplaySender _sender;
    private readonly ReplayClock _clock;
    private readonly Dictionary<(uint Xid, Duid? Client), ReplayStep> _asked = [];
    private TaskCompletionSource<string> _concluded = new();

    public ReplayedDhcp6(
        Dhcp6ServerOptions options,
        IAddressSource6? addresses,
        IBootPolicy? policy,
        IPAddress server,
        CapturedServer6 captured,
        ReplayClock clock)
    {
        _clock = clock;
        server = options.ServerAddress ?? server;
        _sender = new ReplaySender(new IPEndPoint(server, options.Port), clock);
        // The capture does not tell the server's addresses on the link; those it gave there are of the same subnet.
        _link = new Dhcp6Link("replay", server, options.Port, options, () => captured.Granted.Prepend(server), _sender);
        var identifier = options.ServerIdentifier ?? captured.Identifier ?? Duid.Of(Guid.Empty);
        _handler = new Dhcp6RequestHandler(
            options,
            identifier,
            addresses,
            policy,
            new Dhcp6Telemetry(this, clock, NullLogger.Instance),
            clock,
            NullLogger.Instance,
            CancellationToken.None);
        _handler.Open();
    }

    /// <summary>Answers a client's datagram, or puts a server's to the step it answers.</summary>
    public async ValueTask<ReplayStep?> TakeAsync(CapturedPacket packet, CancellationToken cancellationToken)
    {
        if (Dhcp6Envelope.MessageIn(packet.Payload) is not { } message)
            return new ReplayStep(packet) { Rule = "no DHCPv6 message: dropped" };
        var key =
            (message.TransactionId, message.Options.TryGet(Dhcp6OptionCode.ClientIdentifier, out var client) && Duid.IsLength(client.Length)
            ? new Duid(client.Span)
            : (Duid?)null);
        if (message.IsReply)
        {
            if (_asked.TryGetValue(key, out var answered)) answered.AddCaptured(packet);
            return null;
        }

        var step = new ReplayStep(packet);
        if (!Dhcp6Envelope.TryParse(packet.Payload, out var envelope) || !Dhcp6Request.TryRead(envelope, packet.Source.Address, out _))
        {
            step.Rule = "a malformed option: dropped";
            return step;
        }

        _asked[key] = _sender.Step = step;
        _concluded = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        // without a device there is no group
        var isUnicast = !packet.Destination.Address.IsIPv6Multicast && !IPAddress.IsLoopback(packet.Destination.Address);
        _handler.Begin(new Dhcp6Datagram(_link, packet.Source, packet.Destination, isUnicast, packet.Payload, _clock.GetTimestamp()));
        step.Rule = await _concluded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return step;
    }

    /// <inheritdoc/>
    public void Observe(BootObservation observation)
    {
        if (observation is BootObservation.DhcpExchange exchange) _concluded.TrySetResult(exchange.Rule);
    }
}

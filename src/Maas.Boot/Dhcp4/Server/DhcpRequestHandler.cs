using System.Diagnostics;
using System.Net.Sockets;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Takes an exchange from the received octets to the sent ones: asks the address source, asks the boot policy when the
/// sender is firmware, lets the responder write the reply, and sends it, an ACK only after its lease is durable.
/// </summary>
internal sealed partial class DhcpRequestHandler
{
    private const int MostProbes = 4;

    private readonly DhcpServerOptions _options;
    private readonly IAddressSource? _addresses;
    private readonly BootPolicyInvoker? _decider;
    private readonly FirmwareRecognizer _recognizer;
    private readonly PacketRing? _capture;
    private readonly DhcpTransactionPool _pool;
    private readonly AckCommitter? _committer;
    private readonly DhcpTelemetry _reporter;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly FailureLog _failures;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay = 1; // one for the server itself
    private volatile bool _isOpen;

    public DhcpRequestHandler(
        DhcpServerOptions options,
        IAddressSource? addresses,
        IBootPolicy? policy,
        DhcpTransactionPool pool,
        DhcpTelemetry reporter,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken stopping)
    {
        _options = options;
        _addresses = options.Mode == DhcpMode.Full ? addresses : null;
        _decider = policy is null ? null : new BootPolicyInvoker(policy, options, timeProvider, stopping);
        _recognizer = new FirmwareRecognizer(new HardwarePrefixes(options.RaspberryPiPrefixes), timeProvider);
        _capture = options.Capture;
        _pool = pool;
        _reporter = reporter;
        RogueServerDetector = new RogueServerDetector(reporter, timeProvider);
        _time = timeProvider;
        _logger = logger;
        _stopping = stopping;
        _failures = new FailureLog("dhcp", timeProvider, logger);
        if (_addresses is not null) _committer = new AckCommitter(_addresses, Send, Abandon);
    }

    /// <summary>The other servers on the links.</summary>
    public RogueServerDetector RogueServerDetector { get; }

    public void Start() => _committer?.Start();

    /// <summary>Begins to answer; before, it only listens for other servers.</summary>
    public void Open() => _isOpen = true;

    /// <summary>
    /// Waits for what is under way, the disk included, and ends; nothing more is begun. The links stay open until then: answers still
    /// leave.
    /// </summary>
    public async Task FinishAsync()
    {
        _isOpen = false;
        End();
        await _finished.Task.ConfigureAwait(false);
        _committer?.Stop();
    }

    /// <summary>Takes over an exchange whose datagram has just been received; never throws.</summary>
    public void Begin(DhcpTransaction exchange, int received)
    {
        Interlocked.Increment(ref _underWay); // before anything is looked at: what is counted is waited for
        try
        {
            if (!exchange.Request.TryRead(exchange.ReceiveBuffer[..received]))
            {
                DhcpTelemetry.Malformed();
                Return(exchange);
                return;
            }

            if (_capture is not null) Capture(exchange, received);
            if (exchange.Request.Operation == DhcpOperation.Reply || RogueServerDetector.IsOwn(exchange.Request))
            {
                RogueServerDetector.Note(exchange.Request, exchange.Link, exchange.Source.Address);
                Return(exchange);
            }
            else if (!_isOpen)
            {
                Return(exchange);
            }
            else
            {
                BeginRequest(exchange);
            }
        }
#pragma warning disable CA1031 // the request is dropped, the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Drop(exchange, e);
        }
    }

    private void BeginRequest(DhcpTransaction exchange)
    {
        DhcpTelemetry.Received(exchange.Request.Type);
        var activity = exchange.Activity = DhcpTelemetry.Begin(exchange.Request);
        try
        {
            if (exchange.Request.IsRelayed && !IsServedRelay(exchange))
            {
                exchange.IsUnserved = true; // its clients would else be silent at Information
                Conclude(exchange, answered: false, "the relay is none of those that are served");
                return;
            }

            exchange.Firmware = _recognizer.Recognize(exchange.Request);
            if (_addresses is null) BeginAsProxy(exchange, exchange.Firmware);
            else BeginWithAddress(exchange, _decider is null ? null : exchange.Firmware, _addresses);
        }
        finally
        {
            if (activity is not null) Activity.Current = null; // the next datagram on this thread is no part of it
        }
    }

    private void BeginWithAddress(DhcpTransaction exchange, FirmwareClient? firmware, IAddressSource addresses)
    {
        var request = exchange.Request;
        var server = ServerIdentifier(exchange);
        var state = ClientState.Of(request, server);
        if (!state.OtherServer.IsNone) _reporter.OtherServer(exchange, state.OtherServer);
        if (state.Kind is not { } kind)
        {
            Conclude(exchange, answered: false, "nothing asked of this server");
            return;
        }

        var isFirmware = exchange.Firmware is not null || request.Options.Contains(DhcpOptionCode.IPxe);
        var question = new AddressRequest(kind, request, ClientState.LinkOf(request, exchange.Link.ServerIPv4), state.Address, isFirmware)
        {
            ArrivalLink = request.IsRelayed ? request.Giaddr : exchange.Link.ServerIPv4,
        };
        var answer = addresses.AskAsync(question, _stopping);

        if (firmware is not null || !answer.IsCompletedSuccessfully)
        {
            _ = FinishLaterAsync(exchange, question, answer, firmware);
            return;
        }

        // The fast path: no firmware, and an answer from memory that needs no probe.
        var known = answer.Result;
        if (NeedsProbe(exchange, known)) _ = FinishLaterAsync(exchange, question, new ValueTask<AddressResult>(known), firmware);
        else Finish(exchange, kind, known, null);
    }

    private async Task FinishLaterAsync(
        DhcpTransaction exchange,
        AddressRequest question,
        ValueTask<AddressResult> pending,
        FirmwareClient? firmware)
    {
        try
        {
            // The application's address source may take its time, but does not hold up the end of the server.
            var address = pending.IsCompleted
                ? await pending.ConfigureAwait(false)
                : await pending.AsTask().WaitAsync(_stopping).ConfigureAwait(false);
            for (var tries = 0; tries < MostProbes
                && NeedsProbe(exchange, address)
                && await IsInUseAsync(exchange, address).ConfigureAwait(false); tries++)
                address = await AskForAnotherAsync(question, address).ConfigureAwait(false);
            var boot = default(BootParameters);
            if (firmware is { } client && address.Kind == AddressResultKind.Grant)
            {
                // A policy is the application's code and may block: never on the receiving thread.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                boot = await DecideBootAsync(exchange, client, address.IPv4).ConfigureAwait(false);
            }

            Finish(exchange, question.Kind, address, boot);
        }
#pragma warning disable CA1031 // the request is dropped, the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Drop(exchange, e);
        }
    }

    private static bool NeedsProbe(DhcpTransaction exchange, in AddressResult address) =>
        address.IsUntried && exchange.Link.Probe is not null && !exchange.Request.IsRelayed;

    private ValueTask<bool> IsInUseAsync(DhcpTransaction exchange, AddressResult address) =>
        // there is one when a probe is needed
        exchange.Link.Probe!.IsInUseAsync(address.IPv4, exchange.Request.Hardware, _options.ProbeTime, _stopping);

    // As if the client had declined the address: the host that uses it keeps it, and no client is offered it for a while.
    private async ValueTask<AddressResult> AskForAnotherAsync(AddressRequest question, AddressResult inUse)
    {
        LogInUse(inUse.Address);
        // asked only when there is one
        await _addresses!.AskAsync(
            new AddressRequest(AddressRequestKind.InUse, question.Request, question.LinkIPv4, inUse.IPv4), _stopping)
            .ConfigureAwait(false);
        return await _addresses.AskAsync(question, _stopping).ConfigureAwait(false);
    }

    private void Finish(DhcpTransaction exchange, AddressRequestKind kind, in AddressResult address, BootParameters? boot)
    {
        var request = exchange.Request;
        exchange.Rule = address.Rule;
        exchange.IsUnserved = address.IsUnplaced || kind == AddressRequestKind.Discover;
        if (address.Limit is { } limit) _reporter.Limited(request, limit);
        var facts = new DhcpResponseContext(ServerIdentifier(exchange), address, boot);
        if (DhcpResponder.Respond(request, facts, exchange.Reply))
            Address(exchange, ReplyRoute.For(request, exchange.Reply, exchange.Source, exchange.Link.Ports), address.Subnet?.Network);

        var changesLease = address.IsCommitted || kind is AddressRequestKind.InUse or AddressRequestKind.Release
            || (address.Kind == AddressResultKind.Grant
                && kind is AddressRequestKind.Select or AddressRequestKind.Verify or AddressRequestKind.Extend);
        if (changesLease) _committer!.Add(exchange); // there is one where there is an address source
        else Send(exchange);
    }

    private void BeginAsProxy(DhcpTransaction exchange, FirmwareClient? firmware)
    {
        var request = exchange.Request;
        if (request.Options.GetIPv4(DhcpOptionCode.ServerIdentifier) is { } other && other != exchange.Link.ServerIPv4)
            _reporter.OtherServer(exchange, other);
        if (firmware is not { } client) Conclude(exchange, answered: false, "no firmware: another server's client");
        else if (!exchange.Link.IsBootService && request.Type != DhcpMessageType.Discover)
            Conclude(exchange, answered: false, "the address is another server's matter");
        else _ = FinishProxyAsync(exchange, client);
    }

    private async Task FinishProxyAsync(DhcpTransaction exchange, FirmwareClient client)
    {
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var link = exchange.Link;
            var boot =
                await DecideBootAsync(exchange, client, link.IsBootService ? exchange.Request.Ciaddr : default).ConfigureAwait(false);
            if (!DhcpResponder.RespondAsProxy(exchange.Request, link.ServerIPv4, boot, link.IsBootService, exchange.Reply))
            {
                Conclude(exchange, answered: false, boot is null ? "the policy has nothing for it" : "not asked for a boot file");
                return;
            }

            exchange.Rule = "boot part beside another server";
            if (_options.Mode == DhcpMode.Observe)
            {
                Conclude(exchange, answered: false, $"would answer: {exchange.Reply.BootFile}");
                return;
            }

            Address(
                exchange,
                link.IsBootService
                    ? ReplyRoute.ToSource(exchange.Source)
                    : ReplyRoute.For(exchange.Request, exchange.Reply, exchange.Source, link.Ports),
                null);
            Send(exchange);
        }
#pragma warning disable CA1031 // the request is dropped, the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Drop(exchange, e);
        }
    }

    private ValueTask<BootParameters?> DecideBootAsync(DhcpTransaction exchange, FirmwareClient client, IPv4Address address) =>
        // there is one where there is a policy
        _decider!.DecideAsync(
            exchange.Link,
            client,
            exchange.Request.Hardware,
            MachineIdentifier.Of(exchange.Request),
            address.ToIPAddressOrNull());

    // What cannot be sent is not: the rule tells why.
    private static void Address(DhcpTransaction exchange, in ReplyRoute route, System.Net.IPNetwork? subnet)
    {
        if (!exchange.Link.Unicast.Allows(route, subnet)) exchange.Rule = route.Target == ReplyTarget.Relay
            ? "the relay's address is none of a single other host"
            : "the client's address is none of a single other host";
        else if (!exchange.TryAddress(route)) exchange.Rule = "what the client must be told does not fit into the datagram it takes";
    }

    private void Send(DhcpTransaction exchange)
    {
        if (!exchange.HasReply)
        {
            Conclude(exchange, answered: false, exchange.Rule);
            return;
        }

        try
        {
            exchange.Link.Send(exchange);
            if (_capture is not null) Capture(exchange);
        }
#pragma warning disable CA1031 // this reply is lost, the next one is sent
        catch (Exception e)
#pragma warning restore CA1031
        {
            Drop(exchange, e);
            return;
        }

        Conclude(exchange, answered: true, exchange.Rule);
    }

    // The last that is done with an exchange: it must not throw, or the exchange would be concluded a second time, when it is another
    // client's already.
    private void Conclude(DhcpTransaction exchange, bool answered, string rule)
    {
        try
        {
            _reporter.Concluded(exchange, answered, rule);
        }
#pragma warning disable CA1031 // a listener of the meter or of the trace threw; the exchange is over all the same
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures.Add(e);
        }

        Return(exchange);
    }

    private void Return(DhcpTransaction exchange)
    {
        if (_pool.Return(exchange)) End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _underWay) == 0) _finished.TrySetResult();
    }

    private void Drop(DhcpTransaction exchange, Exception reason)
    {
        if (reason is not (SocketException or OperationCanceledException or ObjectDisposedException)) FailureLog.Count("dhcp");
        if (!_stopping.IsCancellationRequested) LogDropped(exchange.Request.Hardware, exchange.Request.TransactionId, reason);
        Conclude(
            exchange,
            answered: false,
            reason is OperationCanceledException ? "the boot policy did not answer in time" : "could not be answered");
    }

    private void Abandon(IReadOnlyList<DhcpTransaction> exchanges, Exception reason)
    {
        LogNotDurable(exchanges.Count, reason);
        foreach (var exchange in exchanges) Conclude(exchange, answered: false, "the lease could not be made durable");
    }

    // By the address it sends from or by giaddr: a relay with several addresses sends from the one towards the server.
    private bool IsServedRelay(DhcpTransaction exchange)
    {
        if (_options.Relays.Count == 0) return true;
        var (source, relay) = (exchange.Source.Address.ToIPAddress(), exchange.Request.RelayAddress);
        foreach (var network in _options.Relays)
            if (network.Contains(source) || network.Contains(relay)) return true;
        return false;
    }

    // A relay may put itself in this server's place, so that renewals pass it (RFC 5107); a client may not.
    private static IPv4Address ServerIdentifier(DhcpTransaction exchange) =>
        exchange.Request.IsRelayed && RelayAgentInformation.ServerOverrideOf(exchange.Request) is { IsNone: false } relay
            ? relay
            : exchange.Link.ServerIPv4;
}

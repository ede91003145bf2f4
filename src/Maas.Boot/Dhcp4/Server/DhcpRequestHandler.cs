using System.Diagnostics.CodeAnalysis;
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
/// Takes a transaction from the received octets to the sent ones: asks the address source, asks the boot policy when the
/// sender is firmware, lets the responder write the reply, and sends it, an ACK only after its lease is durable.
/// </summary>
[SuppressMessage("Design", "CA1031", Justification = "Whatever is thrown, one request is dropped and the server lives on.")]
internal sealed partial class DhcpRequestHandler
{
    private const int MostProbes = 4;

    private readonly DhcpServerOptions _options;
    private readonly IAddressSource? _addresses;
    private readonly BootPolicyInvoker? _policy;
    private readonly FirmwareRecognizer _recognizer;
    private readonly LoadSplitter? _split;
    private readonly PacketRing? _capture;
    private readonly DhcpTransactionPool _pool;
    private readonly AckCommitter? _committer;
    private readonly LoopAckCommitter? _loopCommitter;
    private readonly DhcpTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly FailureLog _failures;
    private readonly RequestsInFlight _requests = new();
    private readonly bool _isOnLoop;
    private volatile bool _isOpen;

    public DhcpRequestHandler(
        DhcpServerOptions options,
        IAddressSource? addresses,
        IBootPolicy? policy,
        DhcpTransactionPool pool,
        DhcpTelemetry telemetry,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken stopping,
        IDatagramNetwork? network = null)
    {
        _options = options;
        _addresses = options.Mode == DhcpMode.Full ? addresses : null;
        _policy = policy is null ? null : new BootPolicyInvoker(policy, options, timeProvider, stopping);
        _recognizer = new FirmwareRecognizer(new HardwarePrefixes(options.RaspberryPiPrefixes), timeProvider);
        _split = options.LoadSplit is { } split ? new LoadSplitter(split, timeProvider) : null;
        _capture = options.Capture;
        _pool = pool;
        _telemetry = telemetry;
        RogueServerDetector = new RogueServerDetector(telemetry, timeProvider);
        _time = timeProvider;
        _logger = logger;
        _stopping = stopping;
        _failures = new FailureLog("dhcp", timeProvider, logger);
        _isOnLoop = network is not null;
        if (_addresses is null) return;
        if (network is null) _committer = new AckCommitter(_addresses, Send, Abandon);
        else _loopCommitter = new LoopAckCommitter(_addresses, network, Send, Abandon);
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
        await _requests.FinishAsync().ConfigureAwait(false);
        _committer?.Stop();
    }

    /// <summary>Takes over a transaction whose datagram has just been received; never throws.</summary>
    public void Begin(DhcpTransaction transaction, int received)
    {
        _requests.Begin(); // before anything is looked at: what is counted is waited for
        _ = HandleAsync(transaction, received);
    }

    // Without firmware, a probe, or an address source that takes its time, nothing here waits: the receiving thread runs through to the
    // end and allocates nothing.
    private async Task HandleAsync(DhcpTransaction transaction, int received)
    {
        try
        {
            if (!TryParse(transaction, received))
            {
                Return(transaction);
                return;
            }

            if (WhyIgnored(transaction, out var question) is { } reason)
            {
                Conclude(transaction, answered: false, reason);
                return;
            }

            var address = await AllocateAsync(question).ConfigureAwait(false);
            for (var probes = 0; probes < MostProbes && await IsInUseAsync(transaction, address).ConfigureAwait(false); probes++)
                address = await AllocateAnotherAsync(question, address).ConfigureAwait(false);
            var boot = await DecideBootAsync(transaction, address).ConfigureAwait(false);
            Compose(transaction, question.Kind, address, boot);
            if (!ChangesLease(question.Kind, address)) Send(transaction);
            else if (_committer is not null) _committer.Add(transaction);
            else _loopCommitter!.Add(transaction); // there is one of the two where there is an address source
        }
        catch (Exception e)
        {
            Drop(transaction, e);
        }
    }

    private bool TryParse(DhcpTransaction transaction, int received)
    {
        var request = transaction.Request;
        if (!request.TryRead(transaction.ReceiveBuffer[..received]))
        {
            DhcpTelemetry.Malformed();
            return false;
        }

        if (_capture is not null) Capture(transaction, received);
        if (request.Operation == DhcpOperation.Reply || RogueServerDetector.IsOwn(request))
        {
            RogueServerDetector.Note(request, transaction.Link, transaction.Source.Address);
            return false;
        }

        if (!_isOpen) return false;
        DhcpTelemetry.Received(request.Type);
        transaction.Activity = DhcpTelemetry.Begin(request);
        return true;
    }

    /// <summary>Classifies a request.</summary>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="question">What it asks of an address; nothing in proxy mode.</param>
    /// <returns>Why it is not answered; <see langword="null"/> when it is.</returns>
    private string? WhyIgnored(DhcpTransaction transaction, out AddressRequest question)
    {
        question = default;
        var request = transaction.Request;
        if (request.IsRelayed && !IsServedRelay(transaction))
        {
            transaction.IsUnserved = true; // its clients would else be silent at Information
            return "the relay is none of those that are served";
        }

        transaction.Firmware = _recognizer.Recognize(request);
        if (_addresses is null) return WhyIgnoredByProxy(transaction);

        var state = ClientState.Of(request, ServerIdentifier(transaction));
        if (!state.OtherServer.IsNone) _telemetry.OtherServer(transaction, state.OtherServer);
        if (state.Kind is not { } kind) return "nothing asked of this server";
        if (_split?.IsLeft(kind, request) == true) return "the load split leaves the client to another server";
        var server = transaction.Link.ServerIPv4;
        var isFirmware = transaction.Firmware is not null || request.Options.Contains(DhcpOptionCode.IPxe);
        question = new AddressRequest(kind, request, ClientState.LinkOf(request, server), state.Address, isFirmware)
        {
            ArrivalLink = request.IsRelayed ? request.Giaddr : server,
        };
        return null;
    }

    private string? WhyIgnoredByProxy(DhcpTransaction transaction)
    {
        var (request, link) = (transaction.Request, transaction.Link);
        if (request.Options.GetIPv4(DhcpOptionCode.ServerIdentifier) is { } other && other != link.ServerIPv4)
            _telemetry.OtherServer(transaction, other);
        return transaction.Firmware is null ? "no firmware: another server's client"
            : !link.IsBootService && request.Type != DhcpMessageType.Discover ? "the address is another server's matter"
            : null;
    }

    // The application's address source may take its time, but does not hold up the end of the server.
    private ValueTask<AddressResult> AllocateAsync(in AddressRequest question)
    {
        if (_addresses is null) return default;
        var pending = _addresses.AskAsync(question, _stopping);
        return pending.IsCompleted ? pending : new ValueTask<AddressResult>(pending.AsTask().WaitAsync(_stopping));
    }

    // As if the client had declined the address: the host that uses it keeps it, and no client is offered it for a while.
    private async ValueTask<AddressResult> AllocateAnotherAsync(AddressRequest question, AddressResult inUse)
    {
        LogInUse(inUse.Address);
        await AllocateAsync(new AddressRequest(AddressRequestKind.InUse, question.Request, question.LinkIPv4, inUse.IPv4))
            .ConfigureAwait(false);
        return await AllocateAsync(question).ConfigureAwait(false);
    }

    private ValueTask<bool> IsInUseAsync(DhcpTransaction transaction, in AddressResult address) =>
        address.IsUntried && !transaction.Request.IsRelayed && transaction.Link.Probe is { } probe
            ? probe.IsInUseAsync(address.IPv4, transaction.Request.Hardware, _options.ProbeTime, _stopping)
            : default;

    private ValueTask<BootParameters?> DecideBootAsync(DhcpTransaction transaction, in AddressResult address)
    {
        if (_policy is null || transaction.Firmware is not { } firmware) return default;
        if (_addresses is not null && address.Kind != AddressResultKind.Grant) return default;
        var client = _addresses is not null ? address.IPv4 : transaction.Link.IsBootService ? transaction.Request.Ciaddr : default;
        return InvokePolicyAsync(_policy, transaction, firmware, client);
    }

    private async ValueTask<BootParameters?> InvokePolicyAsync(
        BootPolicyInvoker policy,
        DhcpTransaction transaction,
        FirmwareClient firmware,
        IPv4Address client)
    {
        // A policy is the application's code and may block: never on the receiving thread.
        if (!_isOnLoop) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (request, link) = (transaction.Request, transaction.Link);
        return await policy.DecideAsync(
            link.Server, link.BootFiles, firmware, request.Hardware, MachineIdentifier.Of(request), client.ToIPAddressOrNull())
            .ConfigureAwait(false);
    }

    private static bool ChangesLease(AddressRequestKind kind, in AddressResult address) =>
        address.IsCommitted || kind is AddressRequestKind.InUse or AddressRequestKind.Release
            || (address.Kind == AddressResultKind.Grant
                && kind is AddressRequestKind.Select or AddressRequestKind.Verify or AddressRequestKind.Extend);

    // By the address it sends from or by giaddr: a relay with several addresses sends from the one towards the server.
    private bool IsServedRelay(DhcpTransaction transaction)
    {
        if (_options.Relays.Count == 0) return true;
        var (source, relay) = (transaction.Source.Address.ToIPAddress(), transaction.Request.RelayAddress);
        foreach (var network in _options.Relays)
            if (network.Contains(source) || network.Contains(relay)) return true;
        return false;
    }

    // A relay may put itself in this server's place, so that renewals pass it (RFC 5107); a client may not.
    private static IPv4Address ServerIdentifier(DhcpTransaction transaction) =>
        transaction.Request.IsRelayed && RelayAgentInformation.ServerOverrideOf(transaction.Request) is { IsNone: false } relay
            ? relay
            : transaction.Link.ServerIPv4;
}

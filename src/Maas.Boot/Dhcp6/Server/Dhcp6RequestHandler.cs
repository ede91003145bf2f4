using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// Takes a datagram from the received octets to the sent ones: asks the addresses, asks the boot policy when the sender is
/// firmware, lets the responder write the reply, and sends it, a REPLY only after what it grants is durable.
/// </summary>
[SuppressMessage("Design", "CA1031", Justification = "Whatever is thrown, one request is dropped and the server lives on.")]
internal sealed partial class Dhcp6RequestHandler(
    Dhcp6ServerOptions options, Duid server, IAddressSource6? addresses, IBootPolicy? policy, Dhcp6Telemetry telemetry,
    TimeProvider timeProvider, ILogger logger, CancellationToken stopping, bool isOnLoop = false)
{
    private readonly BootPolicyInvoker? _policy = policy is null ? null : new BootPolicyInvoker(policy, options, timeProvider, stopping);
    private readonly RequestsInFlight _requests = new();
    private readonly FailureLog _failures = new("dhcp6", timeProvider, logger);
    private volatile bool _isOpen;

    /// <summary>The other servers on the links.</summary>
    public RogueServerDetector6 RogueServerDetector { get; } = new(server, options.ClientPort, telemetry, timeProvider);

    /// <summary>Begins to answer; before, it only listens for other servers.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Waits for what is under way; nothing more is begun.</summary>
    public Task FinishAsync()
    {
        _isOpen = false;
        return _requests.FinishAsync();
    }

    /// <summary>Takes over a datagram; never throws.</summary>
    public void Begin(Dhcp6Datagram datagram)
    {
        var inFlight = _requests.Begin(); // before anything is looked at: what is counted is waited for
        _ = HandleAsync(datagram, inFlight);
    }

    private async Task HandleAsync(Dhcp6Datagram datagram, int inFlight)
    {
        Dhcp6Request? request = null;
        Activity? activity = null;
        try
        {
            if (!TryParse(datagram, inFlight, out request)) return;

            // The policy and the disk may block: never on the receiving loop.
            if (!isOnLoop) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            activity = Dhcp6Telemetry.Begin(request);
            if (WhyIgnored(datagram, request) is { } reason)
            {
                telemetry.Concluded(datagram, request, null, reason);
                return;
            }

            var question = Classify(datagram, request);
            var associations = await AllocateAsync(request, question).ConfigureAwait(false);
            var isSilent = Array.Exists(associations, answer => answer.IsSilent);
            var boot = isSilent ? null : await DecideBootAsync(datagram.Link, request, associations).ConfigureAwait(false);
            var context = question with { Associations = associations, Boot = boot, IsSilent = isSilent };
            var reply = Dhcp6Responder.Respond(request, context);
            if (addresses is not null && context.Kind is not (null or AssociationRequestKind.Solicit))
                await addresses.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            var rule = RuleOf(request, context);
            if (reply is not null) Send(datagram, request, reply, rule);
            Conclude(datagram, request, context, reply, rule);
        }
        catch (Exception e)
        {
            Drop(datagram, request, e);
        }
        finally
        {
            activity?.Dispose();
            _requests.End();
        }
    }

    private bool TryParse(Dhcp6Datagram datagram, int inFlight, [NotNullWhen(true)] out Dhcp6Request? request)
    {
        request = null;
        if (!_isOpen)
        {
            RogueServerDetector.Note(datagram.Octets, datagram.Source.Address, datagram.Link);
            return false;
        }

        if (inFlight > options.MaxInFlight)
        {
            Dhcp6Telemetry.Overflowed();
            return false;
        }

        if (!Dhcp6Envelope.TryParse(datagram.Octets, out var envelope)
            || !Dhcp6Request.TryRead(envelope, datagram.Source.Address, out request))
        {
            Dhcp6Telemetry.Malformed();
            return false;
        }

        if (options.Capture is { } ring) Capture(ring, datagram, request);
        Dhcp6Telemetry.Received(request.Type);
        return true;
    }

    private string? WhyIgnored(Dhcp6Datagram datagram, Dhcp6Request request)
    {
        if (request.Server is { } other && other != server)
            telemetry.OtherServer(request.Hardware, request.Addresses.FirstOrDefault().Address, null, other, datagram.Link);
        return Dhcp6Rules.WhyIgnored(request, server);
    }

    // What a request asks, and for which subnet.
    private Dhcp6ResponseContext Classify(Dhcp6Datagram datagram, Dhcp6Request request)
    {
        var isUnicast = datagram.IsUnicast && request.Envelope.Relays.Count == 0;
        var isRapid = options.RapidCommit
            && request.Type == Dhcp6MessageType.Solicit
            && request.Options.Contains(Dhcp6OptionCode.RapidCommit);
        return new Dhcp6ResponseContext
        {
            Server = server,
            Subnet = addresses is null ? null : SubnetOf(addresses, datagram.Link, request),
            Kind = isUnicast ? null : Dhcp6Rules.KindOf(request.Type, isRapid),
            IsRapid = isRapid,
            IsUnicast = isUnicast,
            Preference = options.Preference,
        };
    }

    private static Dhcp6Subnet? SubnetOf(IAddressSource6 addresses, Dhcp6Link link, Dhcp6Request request) =>
        request.RelayedLink is { } relayed
            ? addresses.SubnetOf(relayed)
            : link.Addresses.Select(addresses.SubnetOf).FirstOrDefault(s => s is not null);

    private async ValueTask<AssociationResult[]> AllocateAsync(Dhcp6Request request, Dhcp6ResponseContext question)
    {
        if (question is not { Kind: { } kind, Subnet: { IsStateless: false } subnet } || addresses is null) return [];
        var answers = new AssociationResult[request.Associations.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            // the rules drop messages without a client
            var association = new AssociationRequest(
                kind, request.Client!.Value, request.Associations[i], request.Hardware, request.Firmware is not null)
            {
                Place = request.Place,
            };
            answers[i] = await addresses.AskAsync(subnet, association).ConfigureAwait(false);
        }

        return answers;
    }

    private ValueTask<BootParameters?> DecideBootAsync(Dhcp6Link link, Dhcp6Request request, AssociationResult[] associations)
    {
        if (_policy is null || request.Firmware is not { } client || request.Hardware is not { } hardware) return default;
        var granted = associations.SelectMany(a => a.Association.Addresses).FirstOrDefault(a => a.Valid > TimeSpan.Zero).Address;
        return granted is not null || request.Type == Dhcp6MessageType.InformationRequest
            ? _policy.DecideAsync(link.Server, link.BootFiles, client, hardware, request.MachineUuid, granted)
            : default;
    }

    private static string RuleOf(Dhcp6Request request, Dhcp6ResponseContext context) => (context, request.Type) switch
    {
        ({ Associations.Count: > 0 }, _) => string.Join("; ", context.Associations.Select(a => a.Rule).Distinct()),
        ({ IsUnicast: true }, _) => "sent to one address instead of the group",
        (_, Dhcp6MessageType.InformationRequest) =>
            context.Boot is null ? "parameters without an address" : "parameters and a boot file without an address",
        ({ Subnet: null }, _) => "no subnet for the client's link",
        (_, Dhcp6MessageType.Confirm) => "asked whether its addresses are of this link",
        _ => "addresses are another's matter",
    };

    private void Send(Dhcp6Datagram datagram, Dhcp6Request request, Dhcp6Message reply, string rule)
    {
        var octets = request.Envelope.Wrap(reply);
        if (Dhcp6OutgoingRules.Violation(octets) is { } violation)
            throw new InvalidOperationException($"A reply that must not be sent was made: {violation}.");
        var to = new IPEndPoint(datagram.Source.Address, PortFor(datagram, request));
        datagram.Link.Send(octets, to);
        if (options.Capture is { } ring) Capture(ring, datagram.Link, request, reply, to, octets, rule);
    }

    // To a relay's server port, unless it wants its own (RFC 8357); to a client's port, whichever it sends from.
    private int PortFor(Dhcp6Datagram datagram, Dhcp6Request request) => request.Envelope.Relays switch
    {
        [] => options.ClientPort,
        [var next, ..] when next.Options.Contains(Dhcp6OptionCode.RelayPort) => datagram.Source.Port,
        _ => options.Port,
    };

    private void Conclude(
        Dhcp6Datagram datagram,
        Dhcp6Request request,
        Dhcp6ResponseContext context,
        Dhcp6Message? reply,
        string rule)
    {
        foreach (var answer in context.Associations)
            if (answer.Limit is { } limit) telemetry.Limited(request, limit);
        if (reply is null && addresses is not null && context.Subnet is null) telemetry.Unplaced(datagram, request, rule);
        telemetry.Concluded(datagram, request, reply, rule);
    }

    private void Drop(Dhcp6Datagram datagram, Dhcp6Request? request, Exception reason)
    {
        try
        {
            if (request is null)
            {
                _failures.Add(reason);
                return;
            }

            if (reason is not (SocketException or OperationCanceledException or ObjectDisposedException))
                FailureLog.Count("dhcp6", reason);
            if (!stopping.IsCancellationRequested)
                LogDropped(Dhcp6Telemetry.NameOf(request), request.Envelope.Message.TransactionId, reason);
            telemetry.Concluded(
                datagram,
                request,
                null,
                reason is OperationCanceledException ? "the boot policy did not answer in time" : "could not be answered");
        }
        catch (Exception e)
        {
            _failures.Add(e); // a listener of the meter or of the trace threw
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
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
internal sealed partial class Dhcp6RequestHandler(
    Dhcp6ServerOptions options, Duid server, LeaseAllocator6? addresses, IBootPolicy? policy, Dhcp6Telemetry reporter,
    TimeProvider timeProvider, ILogger logger, CancellationToken stopping)
{
    private readonly BootPolicyInvoker? _decider = policy is null ? null : new BootPolicyInvoker(policy, options, timeProvider, stopping);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FailureLog _failures = new("dhcp6", timeProvider, logger);
    private int _underWay = 1; // one for the server itself
    private volatile bool _isOpen;

    /// <summary>The other servers on the links.</summary>
    public RogueServerDetector6 RogueServerDetector { get; } = new(server, reporter, timeProvider);

    /// <summary>Begins to answer; before, it only listens for other servers.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Takes over a datagram.</summary>
    public void Begin(Dhcp6Datagram datagram)
    {
        var underWay = Interlocked.Increment(ref _underWay); // before anything is looked at: what is counted is waited for
        try
        {
            if (TryAdmit(datagram, underWay, out var request)) _ = AnswerAsync(datagram, request);
            else End();
        }
#pragma warning disable CA1031 // the datagram is dropped, the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures.Add(e);
            End();
        }
    }

    private bool TryAdmit(Dhcp6Datagram datagram, int underWay, [NotNullWhen(true)] out Dhcp6Request? request)
    {
        request = null;
        if (!_isOpen)
        {
            RogueServerDetector.Note(datagram.Octets, datagram.Source.Address, datagram.Link);
            return false;
        }

        if (underWay > options.MaxInFlight + 1)
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

    /// <summary>Waits for what is under way; nothing more is begun.</summary>
    public Task FinishAsync()
    {
        _isOpen = false;
        End();
        return _finished.Task;
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _underWay) == 0) _finished.TrySetResult();
    }

    private async Task AnswerAsync(Dhcp6Datagram datagram, Dhcp6Request request)
    {
        // The policy and the disk may block: never on the receiving loop.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var activity = Dhcp6Telemetry.Begin(request);
        try
        {
            if (request.Server is { } other && other != server)
                reporter.OtherServer(request.Hardware, request.Addresses.FirstOrDefault().Address, null, other, datagram.Link);
            if (Dhcp6Rules.WhyIgnored(request, server) is { } reason) reporter.Concluded(datagram, request, null, reason);
            else await AnswerValidAsync(datagram, request).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // the request is dropped, the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!stopping.IsCancellationRequested) LogDropped(Dhcp6Telemetry.NameOf(request), request.Envelope.Message.TransactionId, e);
            reporter.Concluded(
                datagram,
                request,
                null,
                e is OperationCanceledException ? "the boot policy did not answer in time" : "could not be answered");
        }
        finally
        {
            End();
        }
    }

    private async Task AnswerValidAsync(Dhcp6Datagram datagram, Dhcp6Request request)
    {
        var isUnicast = datagram.IsUnicast && request.Envelope.Relays.Count == 0;
        var isRapid = options.RapidCommit
            && request.Type == Dhcp6MessageType.Solicit
            && request.Options.Contains(Dhcp6OptionCode.RapidCommit);
        var subnet = addresses is null ? null : SubnetOf(datagram.Link, request);
        var kind = isUnicast ? null : Dhcp6Rules.KindOf(request.Type, isRapid);
        AssociationResult[] associations = kind is { } asked && addresses is not null && subnet is { IsStateless: false }
            // the rules drop messages without one
            ? [.. request.Associations.Select(a => addresses.Ask(
                subnet,
                new AssociationRequest(asked, request.Client!.Value, a, request.Hardware, request.Firmware is not null)
                {
                    Place = request.Place
                }))]
            : [];
        var granted = associations.SelectMany(a => a.Association.Addresses).FirstOrDefault(a => a.Valid > TimeSpan.Zero).Address;
        var facts = new Dhcp6ResponseContext
        {
            Server = server,
            Subnet = subnet,
            Associations = associations,
            Boot = granted is not null || request.Type == Dhcp6MessageType.InformationRequest
                ? await DecideBootAsync(datagram.Link, request, granted).ConfigureAwait(false)
                : null,
            IsRapid = isRapid,
            Preference = options.Preference,
            IsUnicast = isUnicast,
        };
        var rule = associations.Length > 0 ? string.Join("; ", associations.Select(a => a.Rule).Distinct()) : RuleOf(request, facts);
        var reply = Dhcp6Responder.Respond(request, facts);
        if (kind is not (null or AssociationRequestKind.Solicit) && addresses is not null)
            await addresses.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        if (reply is not null) Send(datagram, request, reply, rule);
        foreach (var answer in associations)
            if (answer.Limit is { } limit) reporter.Limited(request, limit);
        if (reply is null && addresses is not null && subnet is null) reporter.Unplaced(datagram, request, rule);
        reporter.Concluded(datagram, request, reply, rule);
    }

    private static string RuleOf(Dhcp6Request request, Dhcp6ResponseContext facts) => (facts, request.Type) switch
    {
        ({ IsUnicast: true }, _) => "sent to one address instead of the group",
        (_, Dhcp6MessageType.InformationRequest) =>
            facts.Boot is null ? "parameters without an address" : "parameters and a boot file without an address",
        ({ Subnet: null }, _) => "no subnet for the client's link",
        (_, Dhcp6MessageType.Confirm) => "asked whether its addresses are of this link",
        _ => "addresses are another's matter",
    };

    private Dhcp6Subnet? SubnetOf(Dhcp6Link link, Dhcp6Request request) =>
        // asked only when there are addresses
        request.RelayedLink is { } relayed
            ? addresses!.SubnetOf(relayed)
            : link.Addresses.Select(addresses!.SubnetOf).FirstOrDefault(s => s is not null);

    private ValueTask<BootParameters?> DecideBootAsync(Dhcp6Link link, Dhcp6Request request, IPAddress? address) =>
        _decider is null || request.Firmware is not { } client || request.Hardware is not { } hardware
            ? default
            : _decider.DecideAsync(link, client, hardware, request.MachineUuid, address);

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
}

using System.Diagnostics;
using System.Net;
using System.Text;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>Tells what happened: to the observer, the meter and the log.</summary>
internal sealed partial class Dhcp6Telemetry(IBootObserver? listener, TimeProvider timeProvider, ILogger logger)
{
    private static readonly DhcpMeter Meter = new("dhcp6", "DHCPv6");

    private readonly ILogger _logger = logger;
    private readonly LogThrottle _unserved = new(timeProvider);
    private readonly SafeObserver? _observer = SafeObserver.Around(listener, logger);

    public static string NameOf(Dhcp6MessageType type) => type switch
    {
        Dhcp6MessageType.Solicit => "SOLICIT",
        Dhcp6MessageType.Advertise => "ADVERTISE",
        Dhcp6MessageType.Request => "REQUEST",
        Dhcp6MessageType.Confirm => "CONFIRM",
        Dhcp6MessageType.Renew => "RENEW",
        Dhcp6MessageType.Rebind => "REBIND",
        Dhcp6MessageType.Reply => "REPLY",
        Dhcp6MessageType.Release => "RELEASE",
        Dhcp6MessageType.Decline => "DECLINE",
        Dhcp6MessageType.Reconfigure => "RECONFIGURE",
        Dhcp6MessageType.InformationRequest => "INFORMATION-REQUEST",
        _ => "RELAY",
    };

    public static void Received(Dhcp6MessageType type) => Meter.Received(NameOf(type));

    public static void Malformed() => Meter.Malformed();

    public static void Overflowed() => Meter.Overflowed();

    /// <summary>
    /// Begins the trace of an exchange; <see langword="null"/> without a listener. What is asked on the way is part of it.
    /// </summary>
    public static Activity? Begin(Dhcp6Request request) =>
        BootMeter.Activities.HasListeners()
            ? BootMeter.Activities.StartActivity(
                $"DHCPv6 {NameOf(request.Type)}",
                ActivityKind.Server)?.SetTag("maas.mac", request.Hardware?.ToString()).SetTag(
                    "maas.dhcp.xid", request.Envelope.Message.TransactionId)
            : null;

    /// <summary>The first address a reply grants; <see langword="null"/> when it grants none.</summary>
    public static LeasedAddress? LeaseIn(Dhcp6Message? reply)
    {
        if (reply is null
            || !reply.Options.TryGet(Dhcp6OptionCode.NonTemporaryAddresses, out var value)
            || !IdentityAssociation.TryParse(value, out var association)) return null;
        foreach (var address in association.Addresses)
            if (address.Valid > TimeSpan.Zero) return address;
        return null;
    }

    /// <summary>Another server was seen: it answered, or a client named it.</summary>
    /// <param name="hardware">The client's hardware address, as far as known.</param>
    /// <param name="client">The address it was offered, or says it was given; <see langword="null"/> for none.</param>
    /// <param name="server">The other server's address, if known.</param>
    /// <param name="identifier">What the other server calls itself.</param>
    /// <param name="link">Where.</param>
    public void OtherServer(HardwareAddress? hardware, IPAddress? client, IPAddress? server, Duid identifier, Dhcp6Link link) =>
        _observer?.Observe(new BootObservation.OtherServerSeen(timeProvider.GetUtcNow(), hardware, client, server)
        {
            Identifier = identifier.ToString(),
            Link = link.Name
        });

    /// <summary>A bound was met.</summary>
    public void Limited(Dhcp6Request request, string limit)
    {
        Meter.Limited();
        LogLimited(NameOf(request), limit);
        _observer?.Observe(new BootObservation.LimitReached(timeProvider.GetUtcNow(), request.Hardware, null, limit));
    }

    /// <summary>
    /// Says, once a minute for each place, that clients get no answer because no subnet served is theirs: the commonest mistake of a
    /// network would else show at Debug alone.
    /// </summary>
    public void Unplaced(Dhcp6Datagram datagram, Dhcp6Request request, string rule)
    {
        if (!_logger.IsEnabled(LogLevel.Information)) return;
        var relay = request.Envelope.Relays.Count == 0 ? null : datagram.Source.Address;
        if (!_unserved.IsDue(relay is null ? default : relay.GetAddressBytes(), datagram.Link.Name, rule)) return;
        var way = relay is null ? "without a relay" : $"through relay {relay}, link address {request.Envelope.Relays[^1].Link}";
        LogUnserved(NameOf(request.Type), NameOf(request), datagram.Link.Name, way, rule);
    }

    /// <summary>A client for the log: by its hardware address, else by what it calls itself.</summary>
    public static string NameOf(Dhcp6Request request) => request.Hardware?.ToString() ?? request.Client?.ToString() ?? "an unnamed client";

    public void Concluded(Dhcp6Datagram datagram, Dhcp6Request request, Dhcp6Message? reply, string rule)
    {
        var answered = reply is null ? null : NameOf(reply.Type);
        var lease = LeaseIn(reply);
        var address = lease?.Address ?? request.Addresses.FirstOrDefault().Address;
        var file = reply is not null && reply.Options.TryGet(Dhcp6OptionCode.BootFileUrl, out var url)
            ? Encoding.UTF8.GetString(url.Span)
            : null;
        if (answered is not null) Meter.Replied(answered, datagram.ReceivedAt, timeProvider);
        if (_logger.IsEnabled(LogLevel.Debug))
            LogConcluded(
                NameOf(request.Type),
                NameOf(request),
                request.Envelope.Message.TransactionId,
                address is null ? answered ?? "silence" : $"{answered ?? "silence"} {address}",
                rule);
        Activity.Current?.SetTag("maas.dhcp.answered", answered ?? "silence")
            .SetTag("maas.dhcp.rule", rule)
            .SetTag("client.address", address?.ToString())
            .SetTag("maas.boot_file", file);
        _observer?.Observe(new BootObservation.DhcpExchange(
            At: timeProvider.GetUtcNow(),
            Hardware: request.Hardware,
            Client: address,
            Xid: request.Envelope.Message.TransactionId,
            Asked: NameOf(request.Type),
            Answered: answered,
            Rule: rule,
            BootFile: file,
            Took: timeProvider.GetElapsedTime(datagram.ReceivedAt))
        {
            Link = datagram.Link.Name,
            Relay = request.Envelope.Relays.Count == 0 ? null : datagram.Source.Address,
            Circuit = request.Place.Circuit is { IsEmpty: false } circuit ? Convert.ToHexStringLower(circuit.Span) : null,
            Architecture = request.Firmware?.Architecture,
            LeaseTime = lease?.Valid,
            NextServer = file is not null
                && Uri.TryCreate(file, UriKind.Absolute, out var boot)
                && IPAddress.TryParse(boot.Host, out var server)
                ? server
                : null,
            Next = NextOf(reply?.Type, file, lease is not null),
        });
    }

    // RFC 8415 figure 9, and RFC 5970, seen from here.
    private static string? NextOf(Dhcp6MessageType? answered, string? file, bool isLeased) => answered switch
    {
        Dhcp6MessageType.Advertise when isLeased => "REQUEST",
        Dhcp6MessageType.Advertise => "SOLICIT, or takes another server's address",
        Dhcp6MessageType.Reply when file is not null => $"fetches {file}",
        _ => null,
    };

    [LoggerMessage(34, LogLevel.Warning, "Limit reached; rejecting requests from {Client} and others (logged once a minute): {Limit}")]
    private partial void LogLimited(string client, string limit);

    [LoggerMessage(
        35,
        LogLevel.Information,
        "No answer to {Asked} of {Client} on {Interface} {Way}: {Reason}. Further ones are not logged for a minute")]
    private partial void LogUnserved(string asked, string client, string @interface, string way, string reason);

    [LoggerMessage(32, LogLevel.Debug, "{Asked} of {Client} (xid {Xid:x6}): {Answered}, {Rule}")]
    private partial void LogConcluded(string asked, string client, uint xid, string answered, string rule);
}

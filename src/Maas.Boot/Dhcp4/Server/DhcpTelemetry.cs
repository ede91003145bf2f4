using System.Diagnostics;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Tells what happened: to the observer, the meter and the log. Without a listener it costs next to nothing.</summary>
internal sealed partial class DhcpTelemetry(IBootObserver? listener, TimeProvider timeProvider, ILogger logger)
{
    private static readonly DhcpMeter Meter = new("dhcp", "DHCP");

    private readonly ILogger _logger = logger;
    private readonly LogThrottle _unserved = new(timeProvider);
    private readonly SafeObserver? _observer = SafeObserver.Around(listener, logger);

    public static string NameOf(DhcpMessageType type) => type switch
    {
        DhcpMessageType.Discover => "DISCOVER",
        DhcpMessageType.Offer => "OFFER",
        DhcpMessageType.Request => "REQUEST",
        DhcpMessageType.Decline => "DECLINE",
        DhcpMessageType.Ack => "ACK",
        DhcpMessageType.Nak => "NAK",
        DhcpMessageType.Release => "RELEASE",
        DhcpMessageType.Inform => "INFORM",
        DhcpMessageType.ForceRenew => "FORCERENEW",
        _ => "BOOTP",
    };

    public static void Received(DhcpMessageType type) => Meter.Received(NameOf(type));

    public static void Malformed() => Meter.Malformed();

    public static void Overflowed() => Meter.Overflowed();

    /// <summary>
    /// Begins the trace of a transaction; <see langword="null"/> without a listener. What is asked on the way is part of it.
    /// </summary>
    public static Activity? Begin(DhcpMessage request) =>
        BootMeter.Activities.HasListeners()
            ? BootMeter.Activities.StartActivity(
                $"DHCP {NameOf(request.Type)}",
                ActivityKind.Server)?.SetTag("maas.mac", request.Hardware.ToString()).SetTag("maas.dhcp.xid", request.TransactionId)
            : null;

    /// <summary>A client has named another server.</summary>
    public void OtherServer(DhcpTransaction transaction, IPv4Address server)
    {
        var request = transaction.Request;
        OtherServer(
            request.Hardware,
            request.Options.GetAddress(DhcpOptionCode.RequestedAddress) ?? request.Ciaddr.ToIPAddressOrNull(),
            server,
            transaction.Link);
    }

    /// <summary>Another server has answered this one's question.</summary>
    public void OtherServer(DhcpMessage reply, IPv4Address server, DhcpLink link) =>
        OtherServer(null, reply.Yiaddr.ToIPAddressOrNull(), server, link);

    /// <summary>A bound was met.</summary>
    public void Limited(DhcpMessage request, string limit)
    {
        Meter.Limited();
        LogLimited(request.Hardware, limit);
        _observer?.Observe(
            new BootObservation.LimitReached(timeProvider.GetUtcNow(), request.Hardware, request.Ciaddr.ToIPAddressOrNull(), limit));
    }

    public void Concluded(DhcpTransaction transaction, bool answered, string rule)
    {
        var request = transaction.Request;
        var reply = transaction.Reply;
        if (answered) Meter.Replied(NameOf(reply.Type), transaction.ReceivedAt, timeProvider);
        if (_logger.IsEnabled(LogLevel.Debug))
            LogConcluded(
                NameOf(request.Type),
                request.Hardware,
                request.TransactionId,
                !answered ? "silence"
                    : reply.Yiaddr.IsNone ? NameOf(reply.Type)
                    : $"{NameOf(reply.Type)} {reply.Yiaddr.ToIPAddress()}",
                rule);
        if (!answered && transaction.IsUnserved && _logger.IsEnabled(LogLevel.Information)) ReportUnserved(transaction, rule);
        if (transaction.Activity is { } activity) End(activity, answered ? reply : null, rule);
        _observer?.Observe(Observation(transaction, answered ? reply : null, rule));
    }

    // The commonest mistake of a network, a wrong subnet, would else show at Debug alone.
    private void ReportUnserved(DhcpTransaction transaction, string rule)
    {
        var (request, link) = (transaction.Request, transaction.Link);
        Span<byte> place = stackalloc byte[8];
        var clients = ClientState.LinkOf(request, link.ServerIPv4);
        request.Giaddr.WriteTo(place);
        clients.WriteTo(place[4..]);
        if (!_unserved.IsDue(place, link.Name, rule)) return;
        var way = !request.IsRelayed ? "without a relay" : $"through relay {request.RelayAddress}";
        LogUnserved(NameOf(request.Type), request.Hardware, link.Name, way, clients.ToIPAddress(), rule);
    }

    private void OtherServer(HardwareAddress? hardware, System.Net.IPAddress? client, IPv4Address server, DhcpLink link) =>
        _observer?.Observe(
            new BootObservation.OtherServerSeen(timeProvider.GetUtcNow(), hardware, client, server.ToIPAddress()) { Link = link.Name });

    private BootObservation.DhcpExchange Observation(DhcpTransaction transaction, DhcpMessage? reply, string rule)
    {
        var request = transaction.Request;
        return new BootObservation.DhcpExchange(
            At: timeProvider.GetUtcNow(),
            Hardware: request.Hardware,
            Client: reply?.Yiaddr.ToIPAddressOrNull() ?? request.Ciaddr.ToIPAddressOrNull(),
            Xid: request.TransactionId,
            Asked: NameOf(request.Type),
            Answered: reply is null ? null : NameOf(reply.Type),
            Rule: rule,
            BootFile: reply?.Options.GetText(DhcpOptionCode.BootFileName),
            Took: timeProvider.GetElapsedTime(transaction.ReceivedAt))
        {
            Link = transaction.Link.Name,
            Relay = request.Giaddr.ToIPAddressOrNull(),
            Circuit = RelayAgentInformation.CircuitIdOf(request) is { IsEmpty: false } circuit ? Convert.ToHexStringLower(circuit) : null,
            Architecture = transaction.Firmware?.Architecture,
            LeaseTime = reply?.Options.GetUInt32(DhcpOptionCode.LeaseTime) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            NextServer = reply?.Siaddr.ToIPAddressOrNull(),
            Next = reply is null ? null : NextOf(reply),
        };
    }

    // RFC 2131 figure 5 and PXE 2.1 section 2.2, seen from here.
    private static string? NextOf(DhcpMessage reply)
    {
        var file = reply.Options.GetText(DhcpOptionCode.BootFileName);
        return reply.Type switch
        {
            DhcpMessageType.Offer when reply.Yiaddr.IsNone && reply.Options.GetUInt32(DhcpOptionCode.IPv6OnlyPreferred) is { } seconds =>
                $"does without IPv4 for {seconds} s",
            DhcpMessageType.Offer when reply.Yiaddr.IsNone => "takes another server's address, then asks for the boot file or fetches it",
            DhcpMessageType.Offer => "REQUEST",
            DhcpMessageType.Ack when file is { Length: > 0 } => $"fetches {file}",
            DhcpMessageType.Nak => "DISCOVER",
            _ => null,
        };
    }

    private static void End(Activity activity, DhcpMessage? reply, string rule)
    {
        activity.SetTag("maas.dhcp.answered", reply is null ? "silence" : NameOf(reply.Type)).SetTag("maas.dhcp.rule", rule);
        if (reply is not null)
            activity.SetTag("client.address", reply.YourAddress.ToString()).SetTag(
                "maas.boot_file", reply.Options.GetText(DhcpOptionCode.BootFileName));
        activity.Dispose();
    }


    [LoggerMessage(10, LogLevel.Debug, "{Asked} of {Mac} (xid {Xid:x8}): {Answered}, {Rule}")]
    private partial void LogConcluded(string asked, HardwareAddress mac, uint xid, string answered, string rule);

    [LoggerMessage(
        14,
        LogLevel.Information,
        "No answer to {Asked} of {Mac} on {Interface} {Way}, link address {Link}: {Reason}. Further ones are not logged for a minute")]
    private partial void LogUnserved(
        string asked,
        HardwareAddress mac,
        string @interface,
        string way,
        System.Net.IPAddress link,
        string reason);

    [LoggerMessage(12, LogLevel.Warning, "Limit reached; rejecting requests from {Mac} and others (logged once a minute): {Limit}")]
    private partial void LogLimited(HardwareAddress mac, string limit);
}

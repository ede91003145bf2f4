using System.Diagnostics.Metrics;
using Maas.Boot.Dhcp.Wire;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>Tells what happened: to the observer, the meter and the log. It costs next to nothing where nobody listens.</summary>
internal sealed partial class DhcpReporter(IBootObserver? observer, TimeProvider time, ILogger logger)
{
    private static readonly Counter<long> Requests = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp.requests", "{message}", "DHCP messages received, by type.");
    private static readonly Counter<long> Replies = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp.replies", "{message}", "DHCP messages sent, by type.");
    private static readonly Counter<long> Dropped = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp.dropped", "{message}", "Datagrams dropped, by reason.");
    private static readonly Histogram<double> Durations = BootMeter.Meter.CreateHistogram<double>("maas.boot.dhcp.duration", "s", "From receiving a request to sending its reply.");

    private readonly ILogger _logger = logger;

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

    public static void Received(DhcpMessageType type)
    {
        if (Requests.Enabled) Requests.Add(1, new KeyValuePair<string, object?>("type", NameOf(type)));
    }

    public static void Malformed() => Dropped.Add(1, new KeyValuePair<string, object?>("reason", "malformed"));

    public static void Overflowed() => Dropped.Add(1, new KeyValuePair<string, object?>("reason", "too many under way"));

    public void OtherServer(Exchange exchange, uint server)
    {
        if (observer is null) return;
        var request = exchange.Request;
        var offered = request.Options.GetAddress(DhcpOptionCode.RequestedAddress) ?? AddressOrNull(request.Operation == DhcpOperation.Reply ? request.YourNumber : request.ClientNumber);
        Tell(observer, new BootObservation.OtherServerSeen(time.GetUtcNow(), request.Hardware, offered, IPv4.ToAddress(server)));
    }

    public void Concluded(Exchange exchange, bool answered, string rule)
    {
        var request = exchange.Request;
        var reply = exchange.Reply;
        if (answered && Replies.Enabled) Replies.Add(1, new KeyValuePair<string, object?>("type", NameOf(reply.Type)));
        if (answered && Durations.Enabled) Durations.Record(time.GetElapsedTime(exchange.ReceivedAt).TotalSeconds);
        if (_logger.IsEnabled(LogLevel.Debug))
            LogConcluded(NameOf(request.Type), request.Hardware, request.TransactionId, answered ? NameOf(reply.Type) : "silence", answered ? IPv4.ToAddress(reply.YourNumber) : null, rule);
        if (observer is null) return;

        var address = answered && reply.YourNumber != 0 ? reply.YourNumber : request.ClientNumber;
        Tell(observer, new BootObservation.DhcpExchange(
            At: time.GetUtcNow(),
            Hardware: request.Hardware,
            Client: AddressOrNull(address),
            Xid: request.TransactionId,
            Asked: NameOf(request.Type),
            Answered: answered ? NameOf(reply.Type) : null,
            Rule: rule,
            BootFile: answered ? reply.Options.GetText(DhcpOptionCode.BootFileName) : null,
            Took: time.GetElapsedTime(exchange.ReceivedAt)));
    }

    // An observer must not throw; one that does harms nobody but itself.
    private void Tell(IBootObserver listener, BootObservation observation)
    {
        try
        {
            listener.Observe(observation);
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogObserverFailed(e);
        }
    }

    private static System.Net.IPAddress? AddressOrNull(uint number) => number == 0 ? null : IPv4.ToAddress(number);

    [LoggerMessage(11, LogLevel.Error, "The boot observer threw")]
    private partial void LogObserverFailed(Exception reason);

    [LoggerMessage(10, LogLevel.Debug, "{Asked} of {Mac} (xid {Xid:x8}): {Answered} {Client}, {Rule}")]
    private partial void LogConcluded(string asked, HardwareAddress mac, uint xid, string answered, System.Net.IPAddress? client, string rule);
}

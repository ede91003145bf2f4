using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Serving;

/// <summary>Tells what happened: to the observer, the meter and the log.</summary>
internal sealed partial class Dhcp6Reporter(IBootObserver? observer, TimeProvider time, ILogger logger)
{
    private static readonly Counter<long> Requests = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp6.requests", "{message}", "DHCPv6 messages received, by type.");
    private static readonly Counter<long> Replies = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp6.replies", "{message}", "DHCPv6 messages sent, by type.");
    private static readonly Counter<long> Drops = BootMeter.Meter.CreateCounter<long>("maas.boot.dhcp6.dropped", "{message}", "DHCPv6 datagrams dropped, by reason.");
    private static readonly Histogram<double> Durations = BootMeter.Meter.CreateHistogram<double>("maas.boot.dhcp6.duration", "s", "From receiving a DHCPv6 request to sending its reply.");

    private readonly ILogger _logger = logger;

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

    public static void Received(Dhcp6MessageType type) => Requests.Add(1, new KeyValuePair<string, object?>("type", NameOf(type)));

    public static void Dropped(string reason) => Drops.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Concluded(Dhcp6Datagram datagram, Dhcp6Request request, Dhcp6Message? reply, string rule)
    {
        var took = time.GetElapsedTime(datagram.ReceivedAt);
        var answered = reply is null ? null : NameOf(reply.Type);
        var address = AddressIn(reply) ?? request.Associations.SelectMany(a => a.Addresses).FirstOrDefault().Address;
        if (answered is not null) Replies.Add(1, new KeyValuePair<string, object?>("type", answered));
        if (answered is not null) Durations.Record(took.TotalSeconds);
        LogConcluded(NameOf(request.Type), request.Hardware, request.Envelope.Message.TransactionId, answered ?? "silence", address, rule);
        if (observer is null) return;
        try
        {
            observer.Observe(new BootObservation.DhcpExchange(
                At: time.GetUtcNow(),
                Hardware: request.Hardware,
                Client: address,
                Xid: request.Envelope.Message.TransactionId,
                Asked: NameOf(request.Type),
                Answered: answered,
                Rule: rule,
                BootFile: reply is not null && reply.Options.TryGet(Dhcp6OptionCode.BootFileUrl, out var url) ? Encoding.UTF8.GetString(url.Span) : null,
                Took: took)
            {
                Link = datagram.Link.Name,
                Relay = request.Envelope.Relays.Count == 0 ? null : datagram.Source.Address,
                Architecture = request.Firmware?.Architecture,
            });
        }
#pragma warning disable CA1031 // an observer must not throw; one that does harms nobody but itself
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogObserverFailed(e);
        }
    }

    private static IPAddress? AddressIn(Dhcp6Message? reply) =>
        reply is not null && reply.Options.TryGet(Dhcp6OptionCode.NonTemporaryAddresses, out var value) && IdentityAssociation.TryParse(value, out var association)
            ? association.Addresses.FirstOrDefault(a => a.Valid > TimeSpan.Zero).Address
            : null;

    [LoggerMessage(33, LogLevel.Error, "The boot observer threw")]
    private partial void LogObserverFailed(Exception reason);

    [LoggerMessage(32, LogLevel.Debug, "{Asked} of {Mac} (xid {Xid:x6}): {Answered} {Client}, {Rule}")]
    private partial void LogConcluded(string asked, HardwareAddress? mac, uint xid, string answered, IPAddress? client, string rule);
}

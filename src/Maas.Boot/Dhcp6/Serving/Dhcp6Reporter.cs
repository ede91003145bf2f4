using System.Net;
using System.Text;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Serving;

/// <summary>Tells what happened: to the observer, the meter and the log.</summary>
internal sealed partial class Dhcp6Reporter(IBootObserver? listener, TimeProvider time, ILogger logger)
{
    private static readonly DhcpMeter Meter = new("dhcp6", "DHCPv6");

    private readonly ILogger _logger = logger;
    private readonly GuardedObserver? _observer = GuardedObserver.Around(listener, logger);

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

    public void Concluded(Dhcp6Datagram datagram, Dhcp6Request request, Dhcp6Message? reply, string rule)
    {
        var took = time.GetElapsedTime(datagram.ReceivedAt);
        var answered = reply is null ? null : NameOf(reply.Type);
        var address = AddressIn(reply) ?? request.Associations.SelectMany(a => a.Addresses).FirstOrDefault().Address;
        if (answered is not null) Meter.Replied(answered, datagram.ReceivedAt, time);
        LogConcluded(NameOf(request.Type), request.Hardware, request.Envelope.Message.TransactionId, answered ?? "silence", address, rule);
        _observer?.Observe(new BootObservation.DhcpExchange(
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

    private static IPAddress? AddressIn(Dhcp6Message? reply) =>
        reply is not null && reply.Options.TryGet(Dhcp6OptionCode.NonTemporaryAddresses, out var value) && IdentityAssociation.TryParse(value, out var association)
            ? association.Addresses.FirstOrDefault(a => a.Valid > TimeSpan.Zero).Address
            : null;

    [LoggerMessage(32, LogLevel.Debug, "{Asked} of {Mac} (xid {Xid:x6}): {Answered} {Client}, {Rule}")]
    private partial void LogConcluded(string asked, HardwareAddress? mac, uint xid, string answered, IPAddress? client, string rule);
}

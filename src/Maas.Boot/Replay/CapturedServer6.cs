using System.Net;
using System.Text;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Replay;

/// <summary>What a capture shows of the DHCPv6 server in it.</summary>
/// <param name="Identifier">What it calls itself; <see langword="null"/> when none is seen.</param>
/// <param name="Address">Its address as clients reach it: what its boot file's URL names, else where it sent from; <see langword="null"/> when none is seen.</param>
/// <param name="Granted">The addresses it gave.</param>
internal sealed record CapturedServer6(Duid? Identifier, IPAddress? Address, IReadOnlyList<IPAddress> Granted)
{
    private const int RelayHeaderLength = 34;

    public static CapturedServer6 In(IReadOnlyList<CapturedPacket> packets)
    {
        var (identifier, named, source, granted) = ((Duid?)null, (IPAddress?)null, (IPAddress?)null, new List<IPAddress>());
        foreach (var packet in packets)
        {
            if (!packet.IsDhcp6 || MessageIn(packet.Payload) is not { } message || !IsReply(message)) continue;
            source ??= packet.Source.Address;
            if (message.Options.TryGet(Dhcp6OptionCode.ServerIdentifier, out var server) && Duid.IsLength(server.Length)) identifier ??= new Duid(server.Span);
            if (message.Options.TryGet(Dhcp6OptionCode.BootFileUrl, out var url) && Uri.TryCreate(Encoding.UTF8.GetString(url.Span), UriKind.Absolute, out var boot) && IPAddress.TryParse(boot.Host, out var host)) named ??= host;
            foreach (var option in message.Options.All)
                if (option.Code == Dhcp6OptionCode.NonTemporaryAddresses && IdentityAssociation.TryParse(option.Value, out var association)) granted.AddRange(association.Addresses.Select(a => a.Address));
        }

        return new CapturedServer6(identifier, named ?? source, granted);
    }

    public static bool IsReply(Dhcp6Message message) => message.Type is Dhcp6MessageType.Advertise or Dhcp6MessageType.Reply or Dhcp6MessageType.Reconfigure;

    /// <summary>The message within whatever relays wrapped around it, on its way to the server or from it; <see langword="null"/> when there is none.</summary>
    public static Dhcp6Message? MessageIn(ReadOnlyMemory<byte> datagram)
    {
        for (var relays = 0; datagram.Span is [(byte)Dhcp6MessageType.RelayForward or (byte)Dhcp6MessageType.RelayReply, ..]; relays++)
        {
            if (relays == Dhcp6Envelope.MostRelays || datagram.Length < RelayHeaderLength || !Dhcp6Options.TryParse(datagram[RelayHeaderLength..], out var options)) return null;
            if (!options.TryGet(Dhcp6OptionCode.RelayMessage, out datagram)) return null;
        }

        return Dhcp6Message.TryParse(datagram, out var message) ? message : null;
    }
}

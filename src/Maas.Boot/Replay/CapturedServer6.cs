using System.Net;
using System.Text;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Replay;

/// <summary>What a capture shows of the DHCPv6 server in it.</summary>
/// <param name="Identifier">What it calls itself; <see langword="null"/> when none is seen.</param>
/// <param name="Address">Its address as clients reach it: what its boot file's URL names, else where it sent from; <see langword="null"/>
/// when none is seen.</param>
/// <param name="Granted">The addresses it gave.</param>
internal sealed record CapturedServer6(Duid? Identifier, IPAddress? Address, IReadOnlyList<IPAddress> Granted)
{
    public static CapturedServer6 In(IReadOnlyList<CapturedPacket> packets)
    {
        var (identifier, named, source, granted) = ((Duid?)null, (IPAddress?)null, (IPAddress?)null, new List<IPAddress>());
        foreach (var packet in packets)
        {
            if (!packet.IsDhcp6 || Dhcp6Envelope.MessageIn(packet.Payload) is not { } message || !message.IsReply) continue;
            source ??= packet.Source.Address;
            if (message.Options.TryGet(Dhcp6OptionCode.ServerIdentifier, out var server) && Duid.IsLength(server.Length))
                identifier ??= new Duid(server.Span);
            if (message.Options.TryGet(Dhcp6OptionCode.BootFileUrl, out var url)
                && Uri.TryCreate(Encoding.UTF8.GetString(url.Span), UriKind.Absolute, out var boot)
                && IPAddress.TryParse(boot.Host, out var host)) named ??= host;
            foreach (var option in message.Options.All)
                if (option.Code == Dhcp6OptionCode.NonTemporaryAddresses && IdentityAssociation.TryParse(option.Value, out var association))
                    granted.AddRange(association.Addresses.Select(a => a.Address));
        }

        return new CapturedServer6(identifier, named ?? source, granted);
    }
}

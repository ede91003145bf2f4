using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// Looks for other DHCPv6 servers on a link, as a client that asks for an address (SOLICIT), which who leases addresses offers,
/// and as one that asks for the rest, which stateless servers answer, too (INFORMATION-REQUEST). Where port 546 belongs to the machine's
/// own DHCPv6 client, a relay's question must do.
/// </summary>
internal sealed class RogueServerDetector6(Duid self, int clientPort, Dhcp6Telemetry telemetry, TimeProvider timeProvider)
{
    private static readonly Duid Client = Duid.Of(DhcpServerProbe.Client);

    private readonly uint _transaction = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)) & 0xffffff;
    private readonly ConcurrentDictionary<Duid, bool> _seen = new();
    private readonly ConcurrentDictionary<Duid, (IPAddress Address, string Link)> _leasing = new();

    /// <summary>Asks the links, and listens for answers for a while; all who answer are reported.</summary>
    /// <exception cref="DhcpServerConflictException">Another server leases addresses.</exception>
    public async Task RefuseAsync(IReadOnlyList<DhcpListener<Dhcp6Link>> listeners, CancellationToken cancellationToken)
    {
        await DhcpServerProbe.RunAsync(
            [.. listeners.Where(l => l.Device is not null)], AskAsync, () => !_leasing.IsEmpty, timeProvider, cancellationToken)
            .ConfigureAwait(false);
        foreach (var (identifier, (address, link)) in _leasing) throw new DhcpServerConflictException(address, link, identifier.ToString());
    }

    /// <summary>Takes note of a reply, and reports a server that has not been seen before, when it is one to the question.</summary>
    /// <param name="datagram">What was received, on the client's port or, for a relay, on the server's.</param>
    /// <param name="source">From whom.</param>
    /// <param name="link">On which link.</param>
    public void Note(ReadOnlyMemory<byte> datagram, IPAddress source, Dhcp6Link link)
    {
        if (Dhcp6Envelope.MessageIn(datagram) is not { Type: Dhcp6MessageType.Advertise or Dhcp6MessageType.Reply } reply
            || reply.TransactionId != _transaction) return;
        if (!reply.Options.TryGet(Dhcp6OptionCode.ServerIdentifier, out var octets) || !Duid.IsLength(octets.Length)) return;
        var server = new Duid(octets.Span);
        if (server == self) return;
        var offered = Dhcp6Telemetry.LeaseIn(reply)?.Address;
        if (_seen.TryAdd(server, true)) telemetry.OtherServer(null, offered, source, server, link);
        if (offered is not null) _leasing.TryAdd(server, (source, link.Name));
    }

    private async Task AskAsync(DhcpListener<Dhcp6Link> listener, CancellationToken cancellationToken)
    {
        var link = listener.Link;
        var device = listener.Device!; // only listeners with a device are asked
        var to = new IPEndPoint(
            new IPAddress(Dhcp6Sockets.AllServersAndRelays.GetAddressBytes(), device.GetIPProperties().GetIPv6Properties().Index),
            link.Port);
        try
        {
            using var client = DhcpServerProbe.OpenClient(new IPEndPoint(IPAddress.IPv6Any, clientPort), device);
            DhcpServerProbe.Send(client, Question(Dhcp6MessageType.Solicit), to);
            DhcpServerProbe.Send(client, Question(Dhcp6MessageType.InformationRequest), to);
            await DhcpServerProbe.ListenAsync(client, (datagram, source) => Note(datagram, source.Address, link), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // Port 546 is another program's: ask as a relay, whose answers come to port 547.
            var peer = device.AddressesOf(AddressFamily.InterNetworkV6).FirstOrDefault(a => a.IsIPv6LinkLocal) ?? link.Server;
            DhcpServerProbe.Send(
                listener.Socket, new Dhcp6Relay(0, link.Server, peer, new Dhcp6Options()).Forward(Question(Dhcp6MessageType.Solicit)), to);
            await DhcpServerProbe.WaitAsync(timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // RFC 8415 sections 18.2.1 and 18.2.6.
    private byte[] Question(Dhcp6MessageType type)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ClientIdentifier, Client.Octets.ToArray());
        options.Add(Dhcp6OptionCode.ElapsedTime, (byte[])[0, 0]);
        options.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, (byte)Dhcp6OptionCode.DnsServers]);
        if (type == Dhcp6MessageType.Solicit) options.Add(Dhcp6OptionCode.NonTemporaryAddresses, new IdentityAssociation(1, []).ToArray());
        return new Dhcp6Message(type, _transaction, options).ToArray();
    }
}

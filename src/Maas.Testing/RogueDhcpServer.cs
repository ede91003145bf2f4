using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing.Virtual;

namespace Maas.Testing;

/// <summary>
/// A second DHCP server on a <see cref="VirtualNetwork"/> that knows nothing of booting, such as that of a router brought from home. It
/// answers before the others when its host's <see cref="VirtualHost.Link"/> is faster.
/// </summary>
public sealed class RogueDhcpServer : IDisposable
{
    private const int ServerPort = 67, ClientPort = 68;
    private const uint LeaseSeconds = 3600;

    private readonly VirtualHost _host;
    private readonly RogueDhcpBehavior _behavior;
    private readonly VirtualUdpPort _port;
    private readonly List<HardwareAddress> _clients = [];

    /// <summary>Begins to answer.</summary>
    /// <param name="host">The host that it runs on.</param>
    /// <param name="behavior">What it does.</param>
    /// <exception cref="SocketException">The host has a DHCP server already.</exception>
    public RogueDhcpServer(VirtualHost host, RogueDhcpBehavior behavior)
    {
        ArgumentNullException.ThrowIfNull(host);
        (_host, _behavior) = (host, behavior);
        _port = host.OpenUdp(ServerPort, Received);
    }

    /// <summary>The first address that it leases, to its first client; the next ones follow. 192.168.222.1.</summary>
    public IPAddress FirstAddress { get; init; } = IPAddress.Parse("192.168.222.1");

    /// <summary>The boot file of <see cref="RogueDhcpBehavior.OfferWithBootFile"/>; <c>pxeboot.n12</c>.</summary>
    public string BootFile { get; init; } = "pxeboot.n12";

    /// <summary>How many messages it has sent.</summary>
    public int Answers { get; private set; }

    /// <summary>Stops answering.</summary>
    public void Dispose() => _port.Dispose();

    private void Received(VirtualUdpPort port, VirtualDatagram datagram)
    {
        if (!DhcpMessage.TryParse(datagram.Payload.Span, out var asked) || asked.Operation != DhcpOperation.Request) return;
        if (Answer(asked) is not { } answer) return;
        var octets = new byte[DhcpMessage.LongestOnEthernet];
        if (!answer.TryWrite(octets, out var length)) return;
        Answers++;
        port.Send(octets.AsSpan(0, length), new IPEndPoint(IPAddress.Broadcast, ClientPort));
    }

    private DhcpMessage? Answer(DhcpMessage asked)
    {
        var chosen = asked.Options.GetAddress(DhcpOptionCode.ServerIdentifier);
        return (_behavior, asked.Type) switch
        {
            (RogueDhcpBehavior.RefuseRequests, DhcpMessageType.Request) => Reply(asked, DhcpMessageType.Nak, chosen ?? _host.Address),
            (RogueDhcpBehavior.RefuseRequests, _) => null,
            (_, DhcpMessageType.Discover) => Lease(asked, DhcpMessageType.Offer),
            (_, DhcpMessageType.Request) when _host.Address.Equals(chosen) => Lease(asked, DhcpMessageType.Ack),
            _ => null,
        };
    }

    private DhcpMessage Lease(DhcpMessage asked, DhcpMessageType type)
    {
        var reply = Reply(asked, type, _host.Address);
        if (!_clients.Contains(asked.Hardware)) _clients.Add(asked.Hardware);
        var octets = FirstAddress.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(
            octets, BinaryPrimitives.ReadUInt32BigEndian(octets) + (uint)_clients.IndexOf(asked.Hardware));
        reply.YourAddress = new IPAddress(octets);
        reply.Options.Set(DhcpOptionCode.LeaseTime, LeaseSeconds);
        reply.Options.Set(DhcpOptionCode.SubnetMask, IPAddress.Parse("255.255.255.0"));
        if (_behavior is RogueDhcpBehavior.OfferWithBootFile) reply.Options.Set(DhcpOptionCode.BootFileName, BootFile);
        return reply;
    }

    private static DhcpMessage Reply(DhcpMessage asked, DhcpMessageType type, IPAddress server)
    {
        var reply = new DhcpMessage
        {
            Operation = DhcpOperation.Reply,
            Hardware = asked.Hardware,
            TransactionId = asked.TransactionId,
            Flags = asked.Flags,
            Type = type,
        };
        reply.Options.Set(DhcpOptionCode.ServerIdentifier, server);
        return reply;
    }
}

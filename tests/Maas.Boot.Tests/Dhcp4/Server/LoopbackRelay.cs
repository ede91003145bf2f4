using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Speaks for clients as a relay on an unprivileged port (RFC 8357), so that a test needs neither root nor a network.</summary>
internal sealed class LoopbackRelay : IDisposable
{
    private readonly Socket _socket;
    private readonly IPAddress _address;
    private readonly IPAddress? _link;
    private readonly EndPoint _server;
    private readonly byte[] _buffer = new byte[2048];

    public LoopbackRelay(IPEndPoint server, IPAddress? link)
        : this(new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), IPAddress.Loopback, server, link)
    {
    }

    public LoopbackRelay(Socket socket, IPAddress address, IPEndPoint server, IPAddress? link = null)
    {
        (_socket, _address, _server, _link) = (socket, address, server, link);
        socket.Bind(new IPEndPoint(address, 0));
    }

    public void Dispose() => _socket.Dispose();

    public DhcpMessage Message(int client, DhcpMessageType type)
    {
        var message = new DhcpMessage
        {
            Hardware = new HardwareAddress(HardwareAddress.Ethernet, [2, 0, 0, (byte)(client >> 16), (byte)(client >> 8), (byte)client]),
            TransactionId = (uint)client,
            RelayAddress = _address,
            Type = type,
        };
        new RelayAgentInformation { LinkSelection = _link, UsesSourcePort = true }.AddTo(message.Options);
        return message;
    }

    public DhcpMessage Request(DhcpMessage offer, int client)
    {
        var message = Message(client, DhcpMessageType.Request);
        message.Options.Set(DhcpOptionCode.RequestedAddress, offer.YourAddress);
        message.Options.Set(DhcpOptionCode.ServerIdentifier, offer.Options.GetAddress(DhcpOptionCode.ServerIdentifier)!);
        return message;
    }

    public void Send(DhcpMessage message)
    {
        var buffer = new byte[DhcpMessage.LongestOnEthernet];
        message.TryWrite(buffer, out var length).Should().BeTrue();
        SendRaw(buffer.AsSpan(0, length));
    }

    public void SendRaw(ReadOnlySpan<byte> datagram) => _socket.SendTo(datagram, SocketFlags.None, _server);

    /// <summary>The next reply; <see langword="null"/> when none comes in time.</summary>
    public DhcpMessage? Receive(int milliseconds = 10_000)
    {
        if (!_socket.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead)) return null;
        return Packets.Captures.Parse(_buffer[.._socket.Receive(_buffer)]);
    }

    /// <summary>That many replies, or as many as come.</summary>
    public IReadOnlyList<DhcpMessage> Receive(uint count)
    {
        var replies = new List<DhcpMessage>();
        while (replies.Count < count && Receive() is { } reply) replies.Add(reply);
        return replies;
    }

    public DhcpMessage? Ask(DhcpMessage message, int milliseconds = 10_000)
    {
        Send(message);
        return Receive(milliseconds);
    }

    /// <summary>DISCOVER, OFFER, REQUEST, and the answer.</summary>
    public DhcpMessage? Lease(int client)
    {
        var offer = Ask(Message(client, DhcpMessageType.Discover));
        return offer is null ? null : Ask(Request(offer, client));
    }
}

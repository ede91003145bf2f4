using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>One request on its way to an answer, with all the memory it needs. It is used again and again.</summary>
internal sealed class DhcpTransaction
{
    public const int LongestDatagram = 4096;

    private readonly byte[] _received = new byte[LongestDatagram];
    private readonly byte[] _reply = new byte[DhcpMessage.LongestOnEthernet];
    private int _replyLength;
    private int _isRented;

    public DhcpMessage Request { get; } = new();

    public DhcpMessage Reply { get; } = new();

    /// <summary>Where the request came from; overwritten by <see cref="TryAddress"/>.</summary>
    public SocketAddress Peer { get; } = new(AddressFamily.InterNetwork, 16);

    public DhcpLink Link { get; set; } = null!; // set before anything else is done with the transaction

    /// <summary>When it was received, as <see cref="TimeProvider.GetTimestamp"/> tells.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>The trace of the transaction; <see langword="null"/> without a listener.</summary>
    public Activity? Activity { get; set; }

    /// <summary>What firmware the client is; <see langword="null"/> for none.</summary>
    public FirmwareClient? Firmware { get; set; }

    /// <summary>Whether silence about it is more than a matter of course: a client that wants an address gets none.</summary>
    public bool IsUnserved { get; set; }

    /// <summary>Which rule decided.</summary>
    public string Rule { get; set; } = "";

    /// <summary>Whether there is a reply to send; else the transaction only waits for its effect to become durable.</summary>
    public bool HasReply => _replyLength > 0;

    public Span<byte> ReceiveBuffer => _received;

    public ReadOnlySpan<byte> ReplyBytes => _reply.AsSpan(0, _replyLength);

    public (IPv4Address Address, ushort Port) Source
    {
        get
        {
            var octets = Peer.Buffer.Span;
            return (IPv4Address.Read(octets[4..]), BinaryPrimitives.ReadUInt16BigEndian(octets[2..]));
        }
    }

    /// <summary>Writes the reply's octets and where they go.</summary>
    /// <returns><see langword="false"/> when not even what the client must be told fits; then there is no reply.</returns>
    public bool TryAddress(ReplyRoute route)
    {
        _replyLength = DhcpResponder.Write(Reply, _reply.AsSpan(0, DhcpResponder.LongestReplyTo(Request)));
        var octets = Peer.Buffer.Span; // sockaddr_in: family (2), port (2), address (4), zeros
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], route.Port);
        // A client without an address answers no ARP; broadcast reaches it, and every client was seen to take it, asked for or not.
        (route.Target == ReplyTarget.Hardware ? IPv4Address.Broadcast : route.Address).WriteTo(octets[4..]);
        Peer.Size = 16;
        return HasReply;
    }

    /// <summary>Whether it is handed out; changed by the pool alone.</summary>
    /// <returns>Whether it was, before.</returns>
    public bool SetRented(bool value) => Interlocked.Exchange(ref _isRented, value ? 1 : 0) != 0;

    public void Reset()
    {
        _replyLength = 0;
        Rule = "";
        Firmware = null;
        IsUnserved = false;
        Activity = null;
        Peer.Size = 16;
    }
}

using System.Net;
using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// A DHCP message (RFC 2131 section 2), read from and written to the wire. It serves both sides: the server here, and
/// clients and relays in tests and load generators.
/// </summary>
/// <remarks>
/// A message can be filled again and again with <see cref="TryRead"/> without allocating. Not safe for use from several threads.
/// </remarks>
/// <example>
/// A DISCOVER as a relay on an unprivileged port sends it (RFC 8357): the server answers to the port it came from.
/// <code>
/// var discover = new DhcpMessage
/// {
///     Operation = DhcpOperation.Request,
///     TransactionId = 0x12345678,
///     Hardware = HardwareAddress.Parse("52:54:00:12:34:56"),
///     RelayAddress = IPAddress.Loopback,
///     Type = DhcpMessageType.Discover,
/// };
/// new RelayAgentInformation { LinkSelection = IPAddress.Parse("10.99.0.1"), UsesSourcePort = true }.AddTo(discover.Options);
/// var buffer = new byte[DhcpMessage.LongestOnEthernet];
/// discover.TryWrite(buffer, out var length);
/// </code>
/// </example>
public sealed partial class DhcpMessage
{
    /// <summary>The shortest message written: what BOOTP relays and clients of old expect (RFC 1542 section 2.1), in octets.</summary>
    public const int Shortest = 300;

    /// <summary>The longest message that every client must take (RFC 2131 section 2: 576 with IP and UDP headers), in octets.</summary>
    public const int DefaultMaxLength = 548;

    /// <summary>The longest message that fits one Ethernet frame, in octets.</summary>
    public const int LongestOnEthernet = 1472;

    internal const int HeaderLength = 240;
    private const int ServerNameLength = 64;
    private const int FileLength = 128;
    private const uint MagicCookie = 0x63825363;
    private const ushort BroadcastFlag = 0x8000;

    // sname and file as they were received: some firmware leaves rubbish behind the NUL, and it survives a round trip.
    private readonly byte[] _names = new byte[ServerNameLength + FileLength];

    /// <summary>Request (from the client's side) or reply.</summary>
    public DhcpOperation Operation { get; set; } = DhcpOperation.Request;

    /// <summary>The client's hardware address: <c>htype</c>, <c>hlen</c>, <c>chaddr</c>.</summary>
    public HardwareAddress Hardware { get; set; }

    /// <summary>Relays passed.</summary>
    public byte Hops { get; set; }

    /// <summary>The transaction id, chosen by the client.</summary>
    public uint TransactionId { get; set; }

    /// <summary>Seconds since the client began, as it says.</summary>
    public ushort SecondsElapsed { get; set; }

    /// <summary>The flags field; only the topmost bit has a meaning (<see cref="Broadcast"/>).</summary>
    public ushort Flags { get; set; }

    /// <summary>Whether the client cannot take a unicast reply before it has its address.</summary>
    public bool Broadcast
    {
        get => (Flags & BroadcastFlag) != 0;
        set => Flags = (ushort)(value ? Flags | BroadcastFlag : Flags & ~BroadcastFlag);
    }

    /// <summary><c>ciaddr</c>: the address the client has and answers for; 0.0.0.0 when none.</summary>
    public IPAddress ClientAddress { get => Ciaddr.ToIPAddress(); set => Ciaddr = value.ToIPv4(); }

    /// <summary><c>yiaddr</c>: the address given to the client; 0.0.0.0 when none.</summary>
    public IPAddress YourAddress { get => Yiaddr.ToIPAddress(); set => Yiaddr = value.ToIPv4(); }

    /// <summary><c>siaddr</c>: the server of the next step, the TFTP server; 0.0.0.0 when none.</summary>
    public IPAddress NextServerAddress { get => Siaddr.ToIPAddress(); set => Siaddr = value.ToIPv4(); }

    /// <summary><c>giaddr</c>: the relay's address; 0.0.0.0 when the client is on the link.</summary>
    public IPAddress RelayAddress { get => Giaddr.ToIPAddress(); set => Giaddr = value.ToIPv4(); }

    /// <summary><c>sname</c> up to its NUL, at most 63 characters.</summary>
    /// <exception cref="ArgumentException">Set to more than 63 characters.</exception>
    public string ServerHostName { get => GetName(ServerNameField); set => SetName(ServerNameField, value); }

    /// <summary><c>file</c> up to its NUL, at most 127 characters: the boot file in the header.</summary>
    /// <exception cref="ArgumentException">Set to more than 127 characters.</exception>
    public string BootFile { get => GetName(FileField); set => SetName(FileField, value); }

    /// <summary>Whether <see cref="BootFile"/> is not empty, without making a string.</summary>
    internal bool HasBootFile => FileField[0] != 0;

    /// <summary>The options.</summary>
    public DhcpOptions Options { get; } = new();

    /// <summary>Option 53; <see cref="DhcpMessageType.None"/> when absent.</summary>
    public DhcpMessageType Type
    {
        get => (DhcpMessageType)(Options.GetByte(DhcpOptionCode.MessageType) ?? 0);
        set => Options.Set(DhcpOptionCode.MessageType, (byte)value);
    }

    internal IPv4Address Ciaddr { get; set; }

    internal IPv4Address Yiaddr { get; set; }

    internal IPv4Address Siaddr { get; set; }

    internal IPv4Address Giaddr { get; set; }

    /// <summary>Whether a relay has passed it on.</summary>
    internal bool IsRelayed => !Giaddr.IsNone;

    private Span<byte> ServerNameField => _names.AsSpan(0, ServerNameLength);

    private Span<byte> FileField => _names.AsSpan(ServerNameLength);

    /// <summary>Empties the message for another use.</summary>
    public void Clear()
    {
        Operation = DhcpOperation.Request;
        Hardware = default;
        Hops = 0;
        TransactionId = 0;
        Ciaddr = Yiaddr = Siaddr = Giaddr = default;
        SecondsElapsed = Flags = 0;
        _names.AsSpan().Clear();
        Options.Clear();
    }

    private static string GetName(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end == 0 ? "" : Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    private static void SetName(Span<byte> field, string name)
    {
        if (name.Length >= field.Length)
            throw new ArgumentException($"'{name}' is longer than {field.Length - 1} characters.", nameof(name));
        field.Clear();
        Encoding.Latin1.GetBytes(name, field);
    }
}

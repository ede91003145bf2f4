using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>A raw ICMPv6 socket on one interface.</summary>
internal sealed class AdvertisementLink : IDisposable
{
    private const int HopLimit = 255; // routers lower it, so receivers know that it was sent on the link (RFC 4861 section 6.1.2)
    private const int IcmpV6Level = 58, IcmpV6Filter = 1; // RFC 3542 section 3.2, linux/icmpv6.h
    private const int IPv6Level = 41, UnicastHops = 16, MulticastHops = 18; // linux/in6.h

    private static readonly IPAddress AllNodes = IPAddress.Parse("ff02::1"), AllRouters = IPAddress.Parse("ff02::2");

    private readonly IPEndPoint _everybody;

    private AdvertisementLink(Socket socket, NetworkInterface device, int index)
    {
        Socket = socket;
        (Name, Index) = (device.Name, index);
        Hardware = device.GetPhysicalAddress().GetAddressBytes();
        _everybody = new IPEndPoint(new IPAddress(AllNodes.GetAddressBytes(), index), 0);
    }

    public Socket Socket { get; }

    public string Name { get; }

    /// <summary>The number of the interface that the socket is bound to.</summary>
    public int Index { get; }

    public byte[] Hardware { get; }

    /// <summary>The other routers that were reported, each once a minute.</summary>
    public KeyedRateLimiter Reported { get; } = new(0);

    /// <summary>Opens a socket that receives solicitations, and others' advertisements.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    /// <exception cref="ArgumentException">There is no such interface.</exception>
    /// <exception cref="SocketException">The process lacks CAP_NET_RAW.</exception>
    public static AdvertisementLink Open(string name)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException(
                "Router advertisements are sent on Linux only; let the router of the network send them, with the M flag.");
        var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)
            ?? throw new ArgumentException($"There is no network interface {name}.", nameof(name));
        var index = device.GetIPProperties().GetIPv6Properties().Index;
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        try
        {
            Sockets.BindToDevice(socket, name);
            Span<byte> filter = stackalloc byte[32]; // a set bit blocks its type
            filter.Fill(0xff);
            foreach (var type in (ReadOnlySpan<byte>)[AdvertisementMessage.RouterSolicitation, AdvertisementMessage.RouterAdvertisement])
                filter[type / 8] &= unchecked((byte)~(1 << (type % 8)));
            socket.SetRawSocketOption(IcmpV6Level, IcmpV6Filter, filter);
            socket.SetRawSocketOption(IPv6Level, MulticastHops, BitConverter.GetBytes(HopLimit));
            socket.SetRawSocketOption(IPv6Level, UnicastHops, BitConverter.GetBytes(HopLimit));
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastLoopback, false);
            foreach (var group in (IPAddress[])[AllRouters, AllNodes])
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            return new AdvertisementLink(socket, device, index);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends to everybody on the link, from its link-local address.</summary>
    public void Send(ReadOnlySpan<byte> advertisement) => Socket.SendTo(advertisement, SocketFlags.None, _everybody);

    public void Dispose() => Socket.Dispose();
}

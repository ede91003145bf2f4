using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Capture;

/// <summary>An address and a port without an object for them, as the hot paths have them.</summary>
/// <param name="Address">The address in host order.</param>
/// <param name="IsIPv6">Whether it is one of 16 octets.</param>
/// <param name="Port">The port.</param>
internal readonly record struct UdpEndpoint(UInt128 Address, bool IsIPv6, ushort Port)
{
    public UdpEndpoint(IPv4Address address, ushort port)
        : this(address.Value, IsIPv6: false, port)
    {
    }

    public static UdpEndpoint Of(IPEndPoint end)
    {
        Span<byte> octets = stackalloc byte[16];
        end.Address.TryWriteBytes(octets, out var length);
        return length == 16
            ? new(BinaryPrimitives.ReadUInt128BigEndian(octets), IsIPv6: true, (ushort)end.Port)
            : new(IPv4Address.Read(octets), (ushort)end.Port);
    }

    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, Address);
        return new IPEndPoint(new IPAddress(IsIPv6 ? octets : octets[12..]), Port);
    }
}

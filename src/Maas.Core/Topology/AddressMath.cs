using System.Net;
using System.Net.Sockets;

namespace Maas.Core.Topology;

/// <summary>
/// Addresses as numbers. An IPv4 address has the number of its IPv4-mapped IPv6 address, so that one order holds for both.
/// </summary>
internal static class AddressMath
{
    private static readonly UInt128 Mapped = (UInt128)0xffff << 32;

    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        UInt128 number = 0;
        foreach (var each in bytes[..length]) number = (number << 8) | each;
        return length == 4 ? Mapped | number : number;
    }

    public static IPAddress ToAddress(UInt128 number)
    {
        if (number >> 32 == 0xffff) return new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        var bytes = new byte[16];
        for (var at = 15; at >= 0; at--, number >>= 8) bytes[at] = (byte)number;
        return new IPAddress(bytes);
    }

    /// <summary>16 octets, most significant first.</summary>
    public static byte[] ToBytes(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).GetAddressBytes();

    public static UInt128 First(IPNetwork network) => ToNumber(network.BaseAddress);

    public static UInt128 Last(IPNetwork network)
    {
        var bits = (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) - network.PrefixLength;
        return First(network) + (bits == 128 ? UInt128.MaxValue : ((UInt128)1 << bits) - 1);
    }

    /// <summary>How many addresses of a network nodes can have: without its own and the broadcast address of IPv4.</summary>
    public static UInt128 CountUsable(IPNetwork network)
    {
        var (first, last) = Usable(network);
        return last - first + 1;
    }

    /// <summary>The first and the last address of a network that nodes can have.</summary>
    public static (UInt128 First, UInt128 Last) Usable(IPNetwork network)
    {
        var (first, last) = (First(network), Last(network));
        return network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && last - first > 1 ? (first + 1, last - 1) : (first, last);
    }
}

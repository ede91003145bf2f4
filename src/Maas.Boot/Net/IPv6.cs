using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>IPv6 addresses as numbers in host order, which is how pools do arithmetic on them.</summary>
internal static class IPv6
{
    extension(IPAddress address)
    {
        /// <summary>The number in host order, without the scope.</summary>
        /// <exception cref="ArgumentException">The address is no IPv6 address.</exception>
        public UInt128 ToNumber128()
        {
            Span<byte> octets = stackalloc byte[16];
            if (address.AddressFamily != AddressFamily.InterNetworkV6 || !address.TryWriteBytes(octets, out _))
                throw new ArgumentException($"{address} is no IPv6 address.", nameof(address));
            return BinaryPrimitives.ReadUInt128BigEndian(octets);
        }

        /// <summary>
        /// The Ethernet address that an interface identifier is made of (RFC 4291 appendix A: <c>ff:fe</c> in the middle, one bit turned);
        /// <see langword="null"/> when it is not.
        /// </summary>
        public HardwareAddress? EthernetWithin()
        {
            Span<byte> octets = stackalloc byte[16];
            if (address.AddressFamily != AddressFamily.InterNetworkV6
                || !address.TryWriteBytes(octets, out _)
                || octets[11] != 0xff
                || octets[12] != 0xfe) return null;
            return new HardwareAddress(
                HardwareAddress.Ethernet, [(byte)(octets[8] ^ 2), octets[9], octets[10], octets[13], octets[14], octets[15]]);
        }
    }

    /// <summary>The address of a number in host order.</summary>
    public static IPAddress ToAddress(UInt128 number)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, number);
        return new IPAddress(octets);
    }
}

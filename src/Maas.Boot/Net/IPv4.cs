using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>
/// IPv4 addresses as numbers in host order, which is how the hot paths hold them: an <see cref="IPAddress"/> is an
/// object, and a pool of a hundred thousand addresses does arithmetic on them.
/// </summary>
internal static class IPv4
{
    public static readonly IPAddress Zero = IPAddress.Any;

    extension(IPAddress address)
    {
        /// <summary>The number in host order.</summary>
        /// <exception cref="ArgumentException">The address is no IPv4 address.</exception>
        public uint ToNumber()
        {
            Span<byte> octets = stackalloc byte[16];
            if (address.AddressFamily != AddressFamily.InterNetwork || !address.TryWriteBytes(octets, out _))
                throw new ArgumentException($"{address} is no IPv4 address.", nameof(address));
            return BinaryPrimitives.ReadUInt32BigEndian(octets);
        }
    }

    /// <summary>The address of a number in host order.</summary>
    public static IPAddress ToAddress(uint number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        return number == 0 ? Zero : new IPAddress(octets);
    }

    /// <summary>The mask of a prefix length of 0 to 32.</summary>
    public static uint Mask(int prefixLength) => prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength);
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>
/// An IPv4 address without an object for it, as the hot paths have it. <see langword="default"/> is 0.0.0.0, which DHCP writes where there
/// is no address.
/// </summary>
/// <param name="Value">The address as a number in host order.</param>
internal readonly record struct IPv4Address(uint Value)
{
    /// <summary>255.255.255.255: all hosts of the link.</summary>
    public static IPv4Address Broadcast => new(uint.MaxValue);

    /// <summary>Whether it is 0.0.0.0: no address.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Whether it is one of this host alone, in 127.0.0.0/8.</summary>
    public bool IsLoopback => Value >> 24 == 127;

    /// <summary>Reads four octets in network order.</summary>
    public static IPv4Address Read(ReadOnlySpan<byte> octets) => new(BinaryPrimitives.ReadUInt32BigEndian(octets));

    /// <summary>The mask of a prefix length of 0 to 32.</summary>
    public static IPv4Address Mask(int prefixLength) => new(prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength));

    /// <summary>Writes four octets in network order.</summary>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary>The first address of the network of this length that it lies in.</summary>
    public IPv4Address FirstOf(int prefixLength) => new(Value & Mask(prefixLength).Value);

    /// <summary>The last address of the network of this length that it lies in: the broadcast address.</summary>
    public IPv4Address LastOf(int prefixLength) => new(Value | ~Mask(prefixLength).Value);

    /// <summary>The address as .NET has it.</summary>
    public IPAddress ToIPAddress()
    {
        if (IsNone) return IPAddress.Any;
        Span<byte> octets = stackalloc byte[4];
        WriteTo(octets);
        return new IPAddress(octets);
    }

    /// <summary>The address as .NET has it; <see langword="null"/> for 0.0.0.0.</summary>
    public IPAddress? ToIPAddressOrNull() => IsNone ? null : ToIPAddress();

    public override string ToString() => ToIPAddress().ToString();

    public static bool operator <(IPv4Address left, IPv4Address right) => left.Value < right.Value;

    public static bool operator >(IPv4Address left, IPv4Address right) => left.Value > right.Value;

    public static bool operator <=(IPv4Address left, IPv4Address right) => left.Value <= right.Value;

    public static bool operator >=(IPv4Address left, IPv4Address right) => left.Value >= right.Value;

    /// <summary>The address so many places above.</summary>
    public static IPv4Address operator +(IPv4Address address, int places) => new(address.Value + (uint)places);

    /// <summary>How many places one address lies above another.</summary>
    public static uint operator -(IPv4Address left, IPv4Address right) => left.Value - right.Value;
}

/// <summary>From .NET's types to <see cref="IPv4Address"/>.</summary>
internal static class IPv4AddressExtensions
{
    extension(IPAddress address)
    {
        /// <summary>The address without an object for it.</summary>
        /// <exception cref="ArgumentException">The address is no IPv4 address.</exception>
        public IPv4Address ToIPv4()
        {
            Span<byte> octets = stackalloc byte[16];
            return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(octets, out _)
                ? IPv4Address.Read(octets)
                : throw new ArgumentException($"{address} is no IPv4 address.", nameof(address));
        }
    }

    extension(IPNetwork network)
    {
        /// <summary>Whether an address lies in the network.</summary>
        public bool Contains(IPv4Address address) => address.FirstOf(network.PrefixLength) == network.BaseAddress.ToIPv4();
    }
}

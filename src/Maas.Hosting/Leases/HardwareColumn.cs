using Maas.Boot;

namespace Maas.Hosting.Leases;

/// <summary>A hardware address in a column: one octet of type, then the address.</summary>
internal static class HardwareColumn
{
    public static byte[] Write(HardwareAddress address)
    {
        Span<byte> octets = stackalloc byte[17];
        octets[0] = address.Type;
        return octets[..(1 + address.CopyTo(octets[1..]))].ToArray();
    }

    public static HardwareAddress Read(byte[] octets) => new(octets[0], octets.AsSpan(1));
}

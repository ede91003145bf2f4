using System.Buffers.Binary;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// The name service search order of option 117 (RFC 2937): which naming services a client asks, in which order, each by the code of the
/// option that lists its servers.
/// </summary>
/// <remarks>0 means the client's own files; 6 is DNS, 41 NIS, 44 NetBIOS over TCP/IP, 65 NIS+ (RFC 2937 section 2).</remarks>
public static class NameServiceSearch
{
    /// <summary>Writes the order as the option's value: two octets a service.</summary>
    public static void Set(DhcpOptions options, IReadOnlyList<ushort> services)
    {
        var value = options.Reserve(DhcpOptionCode.NameServiceSearch, services.Count * 2);
        for (var i = 0; i < services.Count; i++) BinaryPrimitives.WriteUInt16BigEndian(value[(i * 2)..], services[i]);
    }

    /// <summary>Reads the option's value.</summary>
    /// <returns><see langword="false"/> when it is malformed: of no or of an odd number of octets.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, out IReadOnlyList<ushort> services)
    {
        var read = new List<ushort>(value.Length / 2);
        services = read;
        if (value.IsEmpty || value.Length % 2 != 0) return false;
        for (; !value.IsEmpty; value = value[2..]) read.Add(BinaryPrimitives.ReadUInt16BigEndian(value));
        return true;
    }
}

using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>
/// User class (option 15) and vendor class (option 16, behind an enterprise number of 4 octets): lists of length (2) and data (RFC 8415
/// sections 21.15 and 21.16).
/// </summary>
internal static class Dhcp6Classes
{
    /// <summary>Whether a user class is this one, with the length before it or, as some loaders send it, without.</summary>
    public static bool IsUserClass(ReadOnlySpan<byte> value, ReadOnlySpan<byte> name)
    {
        if (value.SequenceEqual(name)) return true;
        var reader = new WireReader(value);
        while (reader.Remaining > 0)
            if (reader.ReadSpan(reader.ReadUInt16()) is var data && !reader.Failed && data.SequenceEqual(name)) return true;
        return false;
    }

    /// <summary>The first class of any vendor; empty without one.</summary>
    public static ReadOnlySpan<byte> VendorClass(ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(value);
        reader.ReadUInt32();
        return reader.ReadSpan(reader.ReadUInt16());
    }

    /// <summary>An option 16 of one class.</summary>
    public static byte[] VendorClass(uint enterprise, ReadOnlySpan<byte> name) =>
        [
            (byte)(enterprise >> 24),
            (byte)(enterprise >> 16),
            (byte)(enterprise >> 8),
            (byte)enterprise,
            (byte)(name.Length >> 8),
            (byte)name.Length,
            .. name
        ];
}

using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>A controller's version and maker (IPMI 2.0 table 20-2).</summary>
/// <param name="Firmware">The firmware's version.</param>
/// <param name="Protocol">The protocol's version, such as 2.0.</param>
/// <param name="ManufacturerId">The maker's number of the IANA; 674 is Dell, 10876 Supermicro, 11 and 47196 HPE, 19046 Lenovo.</param>
/// <param name="ProductId">The maker's number of the product.</param>
public sealed record IpmiDevice(Version Firmware, Version Protocol, int ManufacturerId, int ProductId)
{
    internal static bool TryParse(ReadOnlySpan<byte> data, out IpmiDevice? device)
    {
        var reader = new IpmiReader(data);
        reader.Skip(2);
        var (major, minor, version) = (reader.ReadByte() & 0x7f, reader.ReadByte(), reader.ReadByte());
        reader.Skip(1);
        var (low, high) = (reader.ReadUInt16(), reader.ReadByte());
        device = new IpmiDevice(
            // The minor number is binary coded decimal.
            new Version(major, ((minor >> 4) * 10) + (minor & 0x0f)),
            new Version(version & 0x0f, version >> 4),
            low | (high & 0x0f) << 16,
            reader.ReadUInt16());
        return !reader.Failed;
    }
}

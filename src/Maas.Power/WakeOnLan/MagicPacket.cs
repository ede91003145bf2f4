using System.Net.NetworkInformation;

namespace Maas.Power.WakeOnLan;

/// <summary>The packet that wakes a sleeping network adapter (AMD publication 20213, "Magic Packet Technology").</summary>
// +--------------------+----------------------+-----------------------+
// | FF FF FF FF FF FF  | MAC address, 16 times| SecureOn, 0/4/6 bytes |
// +--------------------+----------------------+-----------------------+
public static class MagicPacket
{
    /// <summary>The length of the packet without a SecureOn password: 102 bytes.</summary>
    public const int Length = 6 + (16 * 6);

    /// <summary>Builds the packet.</summary>
    /// <param name="address">The adapter's MAC address, 6 octets.</param>
    /// <param name="secureOn">The SecureOn password: 6 bytes, or 4, or none.</param>
    /// <returns>102, 106 or 108 bytes.</returns>
    /// <exception cref="ArgumentException">The address or the password has another length.</exception>
    public static byte[] Build(PhysicalAddress address, ReadOnlySpan<byte> secureOn = default)
    {
        var octets = address.GetAddressBytes();
        if (octets.Length != 6) throw new ArgumentException("A MAC address has 6 octets.", nameof(address));
        if (secureOn.Length is not (0 or 4 or 6)) throw new ArgumentException("A SecureOn password has 4 or 6 bytes.", nameof(secureOn));

        var packet = new byte[Length + secureOn.Length];
        packet.AsSpan(0, 6).Fill(0xff);
        for (var at = 6; at < Length; at += 6) octets.CopyTo(packet.AsSpan(at));
        secureOn.CopyTo(packet.AsSpan(Length));
        return packet;
    }
}

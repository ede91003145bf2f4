using System.Net.NetworkInformation;

namespace VmLab.Power;

/// <summary>
/// Wake-on-LAN's magic packet as a sleeping NIC sees it: six octets of FF, then the NIC's address sixteen times,
/// anywhere in the payload (AMD, Magic Packet Technology, 1995).
/// </summary>
internal static class MagicPacket
{
    private const int Repetitions = 16;
    private const int AddressLength = 6;

    private static ReadOnlySpan<byte> Synchronisation => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    public static bool Wakes(ReadOnlySpan<byte> payload, PhysicalAddress nic)
    {
        Span<byte> wanted = stackalloc byte[Synchronisation.Length + Repetitions * AddressLength];
        Synchronisation.CopyTo(wanted);
        for (var offset = Synchronisation.Length; offset < wanted.Length; offset += AddressLength)
            nic.GetAddressBytes().CopyTo(wanted[offset..]);
        return payload.IndexOf(wanted) >= 0;
    }
}

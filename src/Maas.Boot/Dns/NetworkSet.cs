using System.Net;

namespace Maas.Boot.Dns;

/// <summary>
/// Networks of both IP versions, compared with the octets of an address as a socket gives them. An IPv4 address that a dual-stack socket
/// maps into IPv6 counts as IPv4.
/// </summary>
internal sealed class NetworkSet(IEnumerable<IPNetwork> networks)
{
    private static ReadOnlySpan<byte> Mapped => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    private readonly (byte[] Base, int Bits)[] _networks =
    [
        .. networks.Select(network => (network.BaseAddress.GetAddressBytes(), network.PrefixLength))
    ];

    /// <summary>Whether an address is in one of the networks.</summary>
    /// <param name="address">4 or 16 octets.</param>
    public bool Contains(ReadOnlySpan<byte> address)
    {
        if (address.Length == 16 && address.StartsWith(Mapped)) address = address[12..];
        foreach (var (first, bits) in _networks)
        {
            if (first.Length != address.Length || !address[..(bits / 8)].SequenceEqual(first.AsSpan(0, bits / 8))) continue;
            if (bits % 8 == 0 || ((address[bits / 8] ^ first[bits / 8]) & (0xff << (8 - (bits % 8))) & 0xff) == 0) return true;
        }

        return false;
    }
}

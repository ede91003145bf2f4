using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dns;

/// <summary>What a name below <c>in-addr.arpa</c> or <c>ip6.arpa</c> is to a set of networks.</summary>
internal enum ReverseMatch
{
    /// <summary>It lies in no zone of these networks.</summary>
    None,

    /// <summary>It is the zone itself.</summary>
    Apex,

    /// <summary>It lies between the zone and its addresses: it exists and has no records (RFC 8020).</summary>
    Between,

    /// <summary>It names an address of a network.</summary>
    Address,

    /// <summary>It lies in the zone and names no address.</summary>
    Other,
}

/// <summary>
/// The reverse zones of networks. The zone of a network begins at the first label boundary inside the network: octets for IPv4, nibbles for
/// IPv6. Networks of 25 to 32 bits also have their classless zone (RFC 2317 section 4).
/// </summary>
internal sealed class ReverseZones
{
    /// <summary>
    /// The reverse zones of addresses that mean nothing outside of a site: private (RFC 1918), shared (RFC 6598), link-local, loopback,
    /// documentation, and unique local IPv6. RFC 6303 asks resolvers to serve them, empty, instead of sending such questions to the
    /// Internet.
    /// </summary>
    public static ReverseZones LocallyServed { get; } = new(
    [
        .. ((ReadOnlySpan<string>)
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16",
            "198.51.100.0/24", "203.0.113.0/24",
            "255.255.255.255/32", "::/128", "::1/128", "fd00::/8", "fe80::/10", "2001:db8::/32",
        ]).ToArray().Select(text => IPNetwork.Parse(text)),
    ]);

    private readonly Zone[] _zones;

    public ReverseZones(IEnumerable<IPNetwork> networks) => _zones = [.. networks.Select(network => new Zone(network))];

    /// <summary>Looks a name up.</summary>
    /// <param name="name">The name.</param>
    /// <param name="zoneLabels">How many labels its zone has, which are the last ones of the name.</param>
    public ReverseMatch Find(in ReverseName name, out int zoneLabels)
    {
        foreach (var zone in _zones)
        {
            var match = zone.Find(name, out zoneLabels);
            if (match != ReverseMatch.None) return match;
        }

        zoneLabels = 0;
        return ReverseMatch.None;
    }

    private readonly struct Zone(IPNetwork network)
    {
        private readonly byte[] _base = network.BaseAddress.GetAddressBytes();
        private readonly int _prefix = network.PrefixLength;
        private readonly int _bitsPerLabel = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 8 : 4;

        public ReverseMatch Find(in ReverseName name, out int zoneLabels)
        {
            zoneLabels = 0;
            if (name.Address.Length != _base.Length) return ReverseMatch.None;
            var isClassless = _bitsPerLabel == 8 && _prefix > 24;
            // The zone's name has whole labels; for a classless network those of the 256 addresses around it, and one more in its classless
            // name.
            var zoneBits = isClassless ? 24 : Math.Max(1, (_prefix + _bitsPerLabel - 1) / _bitsPerLabel) * _bitsPerLabel;
            if (name.Bits < zoneBits) return ReverseMatch.None;
            zoneLabels = (zoneBits / _bitsPerLabel) + (name.ClasslessBits > 0 ? 1 : 0) + 2; // in-addr.arpa, ip6.arpa

            if (isClassless && name.Bits == 24)
            {
                if (!HasPrefix(name.Address, 24)) return ReverseMatch.None;
                if (name.ClasslessBits == 0) return name.HasOtherLabels ? ReverseMatch.None : ReverseMatch.Apex;
                if (!IsOurs(name.ClasslessFirst)) return ReverseMatch.None;
                return name.HasOtherLabels ? ReverseMatch.Other : ReverseMatch.Apex;
            }

            if (!HasPrefix(name.Address, Math.Min(_prefix, name.Bits))) return ReverseMatch.None;
            if (name.IsAddress) return ReverseMatch.Address;
            if (name.HasOtherLabels) return ReverseMatch.Other;
            return name.Bits == zoneBits ? ReverseMatch.Apex : ReverseMatch.Between;
        }

        private bool IsOurs(byte lastOctet) => ((lastOctet ^ _base[3]) & (0xff << (32 - _prefix)) & 0xff) == 0;

        private bool HasPrefix(ReadOnlySpan<byte> address, int bits)
        {
            if (!address[..(bits / 8)].SequenceEqual(_base.AsSpan(0, bits / 8))) return false;
            return bits % 8 == 0 || ((address[bits / 8] ^ _base[bits / 8]) & (0xff << (8 - (bits % 8))) & 0xff) == 0;
        }
    }
}

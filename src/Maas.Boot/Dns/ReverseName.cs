using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dns;

/// <summary>The names of addresses: <c>5.2.0.192.in-addr.arpa</c> (RFC 1035 section 3.5), <c>….ip6.arpa</c> (RFC 3596 section 2.5), and of classless zones <c>5.0/25.2.0.192.in-addr.arpa</c> (RFC 2317).</summary>
internal static class ReverseName
{
    private const string Suffix4 = ".in-addr.arpa";
    private const string Suffix6 = ".ip6.arpa";

    /// <summary>The address of a whole reverse name. A classless name must name a network of at least 25 bits that holds the address.</summary>
    public static bool TryParse(string name, out IPAddress address)
    {
        address = IPAddress.None;
        if (name.EndsWith(Suffix6, StringComparison.Ordinal)) return TryParse6(name[..^Suffix6.Length], out address);
        if (!name.EndsWith(Suffix4, StringComparison.Ordinal)) return false;
        var labels = name[..^Suffix4.Length].Split('.');
        string? classless = null;
        if (labels.Length == 5)
        {
            classless = labels[1];
            labels = [labels[0], .. labels[2..]];
        }

        if (labels.Length != 4) return false;
        Span<byte> octets = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (labels[i] is not ({ Length: > 0 } label) || (label.Length > 1 && label[0] == '0') || !byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out octets[3 - i])) return false;
        }

        address = new IPAddress(octets);
        return classless is null || IsNetworkOf(classless, octets);
    }

    /// <summary>The name of an address.</summary>
    public static string Of(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        Array.Reverse(octets);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? string.Join('.', octets) + Suffix4
            : string.Join('.', octets.SelectMany(octet => new[] { octet & 15, octet >> 4 }).Select(nibble => nibble.ToString("x", CultureInfo.InvariantCulture))) + Suffix6;
    }

    /// <summary>
    /// The zone that an address of a network is named in: the network's own for the prefixes 25 to 32 (RFC 2317 section 4), else the 256
    /// addresses around it; for IPv6 the 64-bit prefix.
    /// </summary>
    public static string ZoneOf(IPAddress address, IPNetwork network)
    {
        var name = Of(address);
        if (address.AddressFamily != AddressFamily.InterNetwork) return name[32..]; // sixteen nibbles with their dots
        var around = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return network.PrefixLength > 24 ? $"{network.BaseAddress.GetAddressBytes()[3]}/{network.PrefixLength}.{around}" : around;
    }

    private static bool IsNetworkOf(string label, ReadOnlySpan<byte> octets)
    {
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && byte.TryParse(label.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && byte.TryParse(label.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is >= 25 and <= 32
            && (octets[3] & (0xff << (32 - bits)) & 0xff) == first;
    }

    private static bool TryParse6(string nibbles, out IPAddress address)
    {
        address = IPAddress.None;
        if (nibbles.Length != 63) return false;
        Span<byte> octets = stackalloc byte[16];
        for (var i = 0; i < 32; i++)
        {
            if (i < 31 && nibbles[(2 * i) + 1] != '.') return false;
            if (!char.IsAsciiHexDigit(nibbles[2 * i])) return false;
            var value = Convert.ToInt32(nibbles[2 * i].ToString(), 16);
            octets[15 - (i / 2)] |= (byte)(i % 2 == 0 ? value : value << 4);
        }

        address = new IPAddress(octets);
        return true;
    }
}

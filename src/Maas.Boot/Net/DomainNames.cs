using System.Text;

namespace Maas.Boot.Net;

/// <summary>Domain names in DNS form (RFC 1035 section 3.1), written without compression.</summary>
internal static class DomainNames
{
    public const int LongestLabel = 63, LongestName = 253;

    /// <summary>The octets of names, as DHCP (RFC 3397), DHCPv6 (RFC 3646) and router advertisements (RFC 8106) carry them.</summary>
    /// <exception cref="ArgumentException">A name is no domain name of ASCII labels of 1 to 63 characters.</exception>
    public static byte[] ToArray(IReadOnlyList<string> names)
    {
        foreach (var name in names) Check(name);
        var octets = new byte[names.Sum(n => n.Length + 2)];
        var value = octets.AsSpan();
        foreach (var label in names.SelectMany(n => n.Split('.').Append("")))
        {
            value[0] = (byte)label.Length;
            value = value[(1 + Encoding.ASCII.GetBytes(label, value[1..]))..];
        }

        return octets;
    }

    /// <summary>Checks that a name is a domain name of ASCII labels of 1 to 63 characters.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Check(string name)
    {
        if (name.Length is 0 or > LongestName || name.Split('.').Any(l => l.Length is 0 or > LongestLabel || !Ascii.IsValid(l)))
            throw new ArgumentException($"'{name}' is no domain name.", nameof(name));
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dns;

/// <summary>
/// A name below <c>in-addr.arpa</c> (RFC 1035 section 3.5), <c>ip6.arpa</c> (RFC 3596 section 2.5), or of a classless zone such as
/// <c>5.0/25.2.0.192.in-addr.arpa</c>
/// (RFC 2317), read from the right as far as it names an address.
/// </summary>
internal ref struct ReverseName
{
    private const string Suffix4 = "in-addr.arpa", Suffix6 = "ip6.arpa";

    /// <summary>The octets of the address, 4 or 16; those behind <see cref="Bits"/> are zero.</summary>
    public Span<byte> Address { get; private init; }

    /// <summary>How many bits of the address the name gives: 32 or 128 for a whole address.</summary>
    public int Bits { get; private set; }

    /// <summary>The prefix of a classless zone, 25 to 32 bits, that the name lies in; 0 for none.</summary>
    public int ClasslessBits { get; private set; }

    /// <summary>The last octet of the classless zone's first address.</summary>
    public byte ClasslessFirst { get; private set; }

    /// <summary>Whether there are labels in front that are no part of an address.</summary>
    public bool HasOtherLabels { get; private set; }

    /// <summary>Whether the whole address is there and nothing else.</summary>
    public readonly bool IsAddress => Bits == 8 * Address.Length && !HasOtherLabels;

    /// <summary>How many bits one label of the name gives: an octet or a nibble.</summary>
    public readonly int BitsPerLabel => Address.Length == 4 ? 8 : 4;

    /// <summary>Reads a name; <see langword="false"/> when it is not below one of the two domains.</summary>
    /// <param name="name">The name, lower case.</param>
    /// <param name="address">Where the address is put, 16 octets.</param>
    /// <param name="reverse">What the name says.</param>
    public static bool TryParse(ReadOnlySpan<char> name, Span<byte> address, out ReverseName reverse)
    {
        address.Clear();
        var is4 = DnsName.IsIn(name, Suffix4);
        reverse = new ReverseName { Address = is4 ? address[..4] : address[..16] };
        if (!is4 && !DnsName.IsIn(name, Suffix6)) return false;
        var labels = name[..^(is4 ? Suffix4 : Suffix6).Length].TrimEnd('.');
        while (!labels.IsEmpty)
        {
            var dot = labels.LastIndexOf('.');
            if (!reverse.TryTake(labels[(dot + 1)..]))
            {
                reverse.HasOtherLabels = true;
                return true;
            }

            labels = dot < 0 ? [] : labels[..dot];
        }

        return true;
    }

    /// <summary>The name of an address.</summary>
    public static string Of(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        Array.Reverse(octets);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{string.Join('.', octets)}.{Suffix4}"
            : string.Join(
                '.',
                octets.SelectMany(octet => new[] { octet & 15, octet >> 4 })
                    .Select(nibble => nibble.ToString("x", CultureInfo.InvariantCulture))) + "." + Suffix6;
    }

    private bool TryTake(ReadOnlySpan<char> label)
    {
        if (Bits == 8 * Address.Length) return false;
        if (Address.Length == 16)
        {
            if (label.Length != 1 || !char.IsAsciiHexDigit(label[0])) return false;
            var nibble = char.IsAsciiDigit(label[0]) ? label[0] - '0' : (label[0] | 0x20) - 'a' + 10;
            Address[Bits / 8] |= (byte)(Bits % 8 == 0 ? nibble << 4 : nibble);
            Bits += 4;
            return true;
        }

        if (Bits == 24 && ClasslessBits == 0 && TryTakeClassless(label)) return true;
        // No leading zeros: 010 is another name than 10.
        if (label.Length is 0 or > 3
            || (label.Length > 1 && label[0] == '0')
            || !byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var octet)) return false;
        if (ClasslessBits > 0 && (octet & (0xff << (32 - ClasslessBits)) & 0xff) != ClasslessFirst) return false;
        Address[Bits / 8] = octet;
        Bits += 8;
        return true;
    }

    private bool TryTakeClassless(ReadOnlySpan<char> label)
    {
        var slash = label.IndexOf('/');
        if (slash <= 0
            || !byte.TryParse(label[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !byte.TryParse(label[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits is < 25 or > 32
            || (first & (0xff >> (bits - 24))) != 0) return false;
        (ClasslessFirst, ClasslessBits) = (first, bits);
        return true;
    }
}

using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// The domain search list of option 119 (RFC 3397): names in DNS form (RFC 1035 section 3.1), written without compression.
/// </summary>
public static class DomainSearchList
{
    private const int LongestLabel = DomainNames.LongestLabel, LongestName = DomainNames.LongestName;

    /// <summary>Writes names as the option's value.</summary>
    /// <exception cref="ArgumentException">A name is no domain name of ASCII labels of 1 to 63 characters.</exception>
    public static void Set(DhcpOptions options, IReadOnlyList<string> names)
    {
        var value = DomainNames.ToArray(names);
        value.CopyTo(options.Reserve(DhcpOptionCode.DomainSearch, value.Length));
    }

    /// <summary>Reads the option's value, following compression pointers (each only backwards, so that none leads in a circle).</summary>
    /// <returns><see langword="false"/> when it is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, out IReadOnlyList<string> names)
    {
        var read = new List<string>();
        names = read;
        for (var at = 0; at < value.Length;)
        {
            if (!TryReadName(value, ref at, out var name)) return false;
            read.Add(name);
        }

        return read.Count > 0;
    }

    private static bool TryReadName(ReadOnlySpan<byte> value, ref int next, out string name)
    {
        var text = new StringBuilder();
        name = "";
        var (at, bound, jumped) = (next, value.Length, false);
        while (at < bound)
        {
            var length = value[at];
            if (length == 0)
            {
                if (!jumped) next = at + 1;
                name = text.ToString();
                return name.Length > 0;
            }

            if (length >= 0xc0)
            {
                if (at + 1 >= bound) return false;
                if (!jumped) next = at + 2;
                var target = ((length & 0x3f) << 8) | value[at + 1];
                if (target >= at) return false;
                (at, jumped) = (target, true);
                continue;
            }

            if (length > LongestLabel || at + 1 + length > bound || text.Length + length + 1 > LongestName + 1) return false;
            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.Latin1.GetString(value.Slice(at + 1, length)));
            at += 1 + length;
        }

        return false;
    }
}

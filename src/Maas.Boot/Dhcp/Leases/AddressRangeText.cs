using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>The text of a range of addresses, of both IPs: <c>FIRST-LAST</c>.</summary>
internal static class AddressRangeText
{
    /// <summary>Reads both ends, each with white space around it. A single address is both.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, AddressFamily family, out IPAddress first, out IPAddress last)
    {
        first = last = IPAddress.None;
        var dash = text.IndexOf('-');
        return TryParseAddress(dash < 0 ? text : text[..dash], family, ref first)
            && TryParseAddress(dash < 0 ? text : text[(dash + 1)..], family, ref last);
    }

    private static bool TryParseAddress(ReadOnlySpan<char> text, AddressFamily family, ref IPAddress address)
    {
        if (!IPAddress.TryParse(text.Trim(), out var parsed) || parsed.AddressFamily != family) return false;
        address = parsed;
        return true;
    }
}

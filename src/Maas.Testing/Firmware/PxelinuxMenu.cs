using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Maas.Boot;

namespace Maas.Testing.Firmware;

/// <summary>The configuration files that pxelinux introduced, and U-Boot reads too (https://wiki.syslinux.org, "Config").</summary>
internal static class PxelinuxMenu
{
    /// <summary>
    /// The names that both look for: the hardware address, then the IP address in hexadecimal, which becomes shorter each time.
    /// </summary>
    public static IEnumerable<string> NamesFor(HardwareAddress mac, IPAddress address)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{mac.Type:x2}-") + mac.ToString().Replace(':', '-');
        var digits = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()).ToString("X8", CultureInfo.InvariantCulture);
        for (var length = digits.Length; length > 0; length--) yield return digits[..length];
    }

    /// <summary>
    /// The keywords of the default label, in upper case, and their values; <see langword="null"/> when it does not exist.
    /// </summary>
    public static IReadOnlyDictionary<string, string>? DefaultEntry(string text)
    {
        var (wanted, label) = ("", "");
        var entries = new Dictionary<string, Dictionary<string, string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text.ReplaceLineEndings("\n").Split(
            '\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (keyword, rest) = line.Split([' ', '\t'], 2, StringSplitOptions.TrimEntries) is [var first, var second]
                ? (first.ToUpperInvariant(), second)
                : (line.ToUpperInvariant(), "");
            if (keyword == "DEFAULT") wanted = rest;
            else if (keyword == "LABEL") entries[label = rest] = new(StringComparer.Ordinal);
            else if (label.Length > 0) entries[label][keyword] = rest;
        }

        return entries.GetValueOrDefault(wanted);
    }
}

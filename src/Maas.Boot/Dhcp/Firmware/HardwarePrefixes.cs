using System.Collections.Frozen;
using System.Globalization;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>Blocks of Ethernet addresses, each known by its first three octets (IEEE MA-L).</summary>
internal sealed class HardwarePrefixes
{
    // IEEE's register lists all but the fourth for Raspberry Pi Ltd, Raspberry Pi (Trading) Ltd and the Raspberry Pi Foundation. The fourth
    // is locally administered, and was reported of boards whose own address is not programmed.
    private static readonly string[] OfRaspberryPis =
    [
        "28:cd:c1", "2c:cf:67", "88:a2:9e", "3a:35:41", "b8:27:eb", "d8:3a:dd", "dc:a6:32", "e4:5f:01"
    ];

    private readonly FrozenSet<int> _prefixes;

    /// <summary>Makes a set of prefixes such as <c>dc:a6:32</c>.</summary>
    /// <exception cref="ArgumentException">A text is no such prefix.</exception>
    public HardwarePrefixes(IEnumerable<string> prefixes) => _prefixes = prefixes.Select(Parse).ToFrozenSet();

    /// <summary>Those that Raspberry Pis have.</summary>
    public static HardwarePrefixes RaspberryPi { get; } = new(OfRaspberryPis);

    /// <summary>The prefixes of <see cref="RaspberryPi"/> as text.</summary>
    public static IReadOnlyList<string> RaspberryPiTexts => OfRaspberryPis;

    public bool Contains(HardwareAddress hardware)
    {
        Span<byte> octets = stackalloc byte[16];
        return hardware.CopyTo(octets) == 6 && _prefixes.Contains((octets[0] << 16) | (octets[1] << 8) | octets[2]);
    }

    private static int Parse(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return digits.Length == 6 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var prefix)
            ? prefix
            : throw new ArgumentException($"'{text}' is not the first three octets of a hardware address, such as dc:a6:32.", nameof(text));
    }
}

using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>IPv6 addresses from a first to a last, both included; written <c>fd00::1000-fd00::1fff</c>.</summary>
[JsonConverter(typeof(AddressRange6JsonConverter)), TypeConverter(typeof(TextTypeConverter<AddressRange6>))]
public readonly record struct AddressRange6 : ISpanParsable<AddressRange6>
{
    /// <summary>The most addresses of a range. What is remembered of each is bounded then.</summary>
    public const int MaxCount = 1 << 20;

    /// <summary>Makes a range.</summary>
    /// <exception cref="ArgumentException">An address is not IPv6, the first is above the last, or there are more than
    /// <see cref="MaxCount"/>.</exception>
    public AddressRange6(IPAddress first, IPAddress last)
    {
        (FirstNumber, LastNumber) = (first.ToNumber128(), last.ToNumber128());
        if (FirstNumber > LastNumber) throw new ArgumentException($"{first} is above {last}.", nameof(first));
        if (LastNumber - FirstNumber >= MaxCount) throw new ArgumentException($"A range has at most {MaxCount} addresses.", nameof(last));
    }

    /// <summary>The first address.</summary>
    public IPAddress First => IPv6.ToAddress(FirstNumber);

    /// <summary>The last address.</summary>
    public IPAddress Last => IPv6.ToAddress(LastNumber);

    internal UInt128 FirstNumber { get; }

    internal UInt128 LastNumber { get; }

    internal int Count => (int)(LastNumber - FirstNumber) + 1;

    /// <summary>Reads <c>FIRST-LAST</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressRange6 range)
    {
        range = default;
        if (!text.Contains('-')
            || !AddressRangeText.TryParse(text, AddressFamily.InterNetworkV6, out var first, out var last)) return false;
        if (first.ToNumber128() > last.ToNumber128() || last.ToNumber128() - first.ToNumber128() >= MaxCount) return false;
        range = new AddressRange6(first, last);
        return true;
    }

    /// <summary>Reads <c>FIRST-LAST</c>.</summary>
    /// <exception cref="FormatException">The text is no range of at most <see cref="MaxCount"/> addresses.</exception>
    public static AddressRange6 Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var range)
            ? range
            : throw new FormatException($"'{text}' is no range of addresses such as fd00::1000-fd00::1fff.");

    /// <summary>Whether the address lies within.</summary>
    public bool Contains(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && Contains(address.ToNumber128());

    /// <summary><c>FIRST-LAST</c>.</summary>
    public override string ToString() => $"{First}-{Last}";

    internal bool Contains(UInt128 number) => number >= FirstNumber && number <= LastNumber;

    static AddressRange6 IParsable<AddressRange6>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<AddressRange6>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AddressRange6 result) =>
        TryParse(s, out result);

    static AddressRange6 ISpanParsable<AddressRange6>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<AddressRange6>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out AddressRange6 result) =>
        TryParse(s, out result);
}

using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>IPv4 addresses from a first to a last, both included; written <c>10.0.0.10-10.0.0.99</c>.</summary>
/// <remarks><see langword="default"/> is the range of 0.0.0.0 alone, which is never leased.</remarks>
[JsonConverter(typeof(AddressRangeJsonConverter)), TypeConverter(typeof(TextTypeConverter<AddressRange>))]
public readonly record struct AddressRange : ISpanParsable<AddressRange>
{
    /// <summary>Makes a range.</summary>
    /// <exception cref="ArgumentException">An address is not IPv4, or the first is above the last.</exception>
    public AddressRange(IPAddress first, IPAddress last)
    {
        (FirstIPv4, LastIPv4) = (first.ToIPv4(), last.ToIPv4());
        if (FirstIPv4 > LastIPv4) throw new ArgumentException($"{first} is above {last}.", nameof(first));
    }

    /// <summary>The first address.</summary>
    public IPAddress First => FirstIPv4.ToIPAddress();

    /// <summary>The last address.</summary>
    public IPAddress Last => LastIPv4.ToIPAddress();

    internal IPv4Address FirstIPv4 { get; }

    internal IPv4Address LastIPv4 { get; }

    /// <summary>Reads <c>FIRST-LAST</c> or a single address.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressRange range)
    {
        range = default;
        if (!AddressRangeText.TryParse(text, AddressFamily.InterNetwork, out var first, out var last)) return false;
        if (first.ToIPv4() > last.ToIPv4()) return false;
        range = new AddressRange(first, last);
        return true;
    }

    /// <summary>Reads <c>FIRST-LAST</c> or a single address.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static AddressRange Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var range)
            ? range
            : throw new FormatException($"'{text}' is no range of addresses such as 10.0.0.10-10.0.0.99.");

    /// <summary>Whether the address lies within.</summary>
    public bool Contains(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork && Contains(address.ToIPv4());

    /// <summary><c>FIRST-LAST</c>.</summary>
    public override string ToString() => $"{First}-{Last}";

    internal bool Contains(IPv4Address address) => address >= FirstIPv4 && address <= LastIPv4;

    static AddressRange IParsable<AddressRange>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<AddressRange>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AddressRange result) =>
        TryParse(s, out result);

    static AddressRange ISpanParsable<AddressRange>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<AddressRange>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out AddressRange result) =>
        TryParse(s, out result);
}

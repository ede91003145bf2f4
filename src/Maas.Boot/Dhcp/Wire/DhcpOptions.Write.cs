namespace Maas.Boot.Dhcp.Wire;

public sealed partial class DhcpOptions
{
    private const int LongestPart = 255;

    /// <summary>The octets all options take on the wire, without END.</summary>
    internal int WireLength
    {
        get
        {
            var total = 0;
            for (var i = 0; i < Count; i++) total += WireLengthOf(_slots[i].Length);
            return total;
        }
    }

    /// <summary>The octets an option of that many octets takes on the wire: a header for each part of 255 (RFC 3396 section 7).</summary>
    internal static int WireLengthOf(int length) => length + (2 * Math.Max(1, (length + LongestPart - 1) / LongestPart));

    /// <summary>Writes every option in order, relay agent information last (RFC 3046 section 2.1). The destination is long enough.</summary>
    internal int WriteAll(Span<byte> destination)
    {
        var at = 0;
        for (var i = 0; i < Count; i++)
            if (_slots[i].Code != DhcpOptionCode.RelayAgentInformation) at += WriteOne(i, destination[at..]);
        var relay = IndexOf(DhcpOptionCode.RelayAgentInformation);
        return relay < 0 ? at : at + WriteOne(relay, destination[at..]);
    }

    /// <summary>Writes the option at <paramref name="index"/> in parts of up to 255 octets.</summary>
    internal int WriteOne(int index, Span<byte> destination)
    {
        var option = At(index);
        var rest = option.Value;
        var at = 0;
        do
        {
            var part = rest[..Math.Min(rest.Length, LongestPart)];
            destination[at] = (byte)option.Code;
            destination[at + 1] = (byte)part.Length;
            part.CopyTo(destination[(at + 2)..]);
            at += 2 + part.Length;
            rest = rest[part.Length..];
        }
        while (!rest.IsEmpty);
        return at;
    }
}

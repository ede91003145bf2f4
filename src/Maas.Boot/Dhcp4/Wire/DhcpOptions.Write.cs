namespace Maas.Boot.Dhcp4.Wire;

public sealed partial class DhcpOptions
{
    /// <summary>The longest value that one part of an option holds, in octets.</summary>
    internal const int LongestPart = 255;

    private static ReadOnlySpan<DhcpOptionCode> OfLease =>
        [DhcpOptionCode.LeaseTime, DhcpOptionCode.RenewalTime, DhcpOptionCode.RebindingTime];

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

    /// <summary>
    /// Puts the options into the order in which a client asks for them, which it may say is that of its preference (RFC 2132 section 9.8):
    /// the message type and the server first, then what it did not ask for but gets with a lease, then what it asked for, then the rest in
    /// the order they were added. The mask comes before the routers whatever the client says (RFC 2132 section 3.3).
    /// </summary>
    /// <param name="asked">The value of option 55; empty when the client asks for nothing in particular.</param>
    internal void Arrange(ReadOnlySpan<byte> asked)
    {
        const ushort First = 4, Last = ushort.MaxValue;
        Span<ushort> ranks = stackalloc ushort[256];
        ranks.Fill(Last);
        for (var i = Math.Min(asked.Length, Last - First) - 1; i >= 0; i--) ranks[asked[i]] = (ushort)(First + i);
        ranks[(int)DhcpOptionCode.MessageType] = 0;
        ranks[(int)DhcpOptionCode.ServerIdentifier] = 1;
        foreach (var code in OfLease)
            if (ranks[(int)code] == Last) ranks[(int)code] = 2;
        ranks[(int)DhcpOptionCode.SubnetMask] = Math.Min(ranks[(int)DhcpOptionCode.SubnetMask], ranks[(int)DhcpOptionCode.Router]);

        // Insertion keeps the order of equals, and there are few.
        for (var i = 1; i < Count; i++)
        {
            var slot = _slots[i];
            var at = i;
            for (; at > 0 && ranks[(int)_slots[at - 1].Code] > ranks[(int)slot.Code]; at--) _slots[at] = _slots[at - 1];
            _slots[at] = slot;
        }
    }

    /// <summary>
    /// Writes every option in order, relay agent information last (RFC 3046 section 2.1). The destination is long enough.
    /// </summary>
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

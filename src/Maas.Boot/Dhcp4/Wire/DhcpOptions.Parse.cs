namespace Maas.Boot.Dhcp4.Wire;

public sealed partial class DhcpOptions
{
    /// <summary>
    /// Reads the areas of a message in the order in which parts of an option are joined: options, file, sname
    /// (RFC 3396 section 5). Nearly every message has one area and each option once; only one that has not pays for joining.
    /// </summary>
    internal bool TryRead(ReadOnlySpan<byte> options, ReadOnlySpan<byte> file, ReadOnlySpan<byte> serverName)
    {
        Clear();
        if (file.IsEmpty && serverName.IsEmpty)
        {
            if (!TryReadOnce(options, out var repeated)) return false;
            if (!repeated) return true;
            Clear();
        }

        // First the total length of each option, then the parts: linear however often an option is repeated.
        Span<int> lengths = stackalloc int[256];
        lengths.Clear();
        if (!TryMeasure(options, lengths) || !TryMeasure(file, lengths) || !TryMeasure(serverName, lengths)) return false;
        Span<int> filled = stackalloc int[256];
        filled.Fill(-1);
        Join(options, lengths, filled);
        Join(file, lengths, filled);
        Join(serverName, lengths, filled);
        return true;
    }

    private bool TryReadOnce(ReadOnlySpan<byte> area, out bool repeated)
    {
        Span<bool> seen = stackalloc bool[256];
        seen.Clear();
        repeated = false;
        var cursor = new OptionCursor(area);
        while (cursor.MoveNext())
        {
            if (cursor.Code == (byte)DhcpOptionCode.Overload) continue;
            repeated |= seen[cursor.Code];
            seen[cursor.Code] = true;
            if (!repeated) cursor.Value.CopyTo(Append((DhcpOptionCode)cursor.Code, cursor.Value.Length));
        }

        return !cursor.Failed;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> area, Span<int> lengths)
    {
        var cursor = new OptionCursor(area);
        while (cursor.MoveNext()) lengths[cursor.Code] += cursor.Value.Length;
        return !cursor.Failed;
    }

    /// <param name="area">The area to take parts from.</param>
    /// <param name="lengths">The total length of each option.</param>
    /// <param name="filled">How much of each option has been copied; -1 when it has no place yet.</param>
    private void Join(ReadOnlySpan<byte> area, ReadOnlySpan<int> lengths, Span<int> filled)
    {
        var cursor = new OptionCursor(area);
        while (cursor.MoveNext())
        {
            if (cursor.Code == (byte)DhcpOptionCode.Overload) continue;
            ref var at = ref filled[cursor.Code];
            var code = (DhcpOptionCode)cursor.Code;
            var value = at < 0 ? Append(code, lengths[cursor.Code]) : _values.AsSpan(_slots[IndexOf(code)].Offset, lengths[cursor.Code]);
            if (at < 0) at = 0;
            cursor.Value.CopyTo(value[at..]);
            at += cursor.Value.Length;
        }
    }
}

namespace Maas.Images.Formats.Ext;

/// <summary>A bitmap in a block: bit n is bit n % 8 of byte n / 8.</summary>
internal static class ExtBitmap
{
    public static bool Has(ReadOnlySpan<byte> bits, int at) => (bits[at >> 3] >> (at & 7) & 1) != 0;

    public static void Set(Span<byte> bits, int at, int count = 1)
    {
        for (; count > 0 && (at & 7) != 0; at++, count--) bits[at >> 3] |= (byte)(1 << (at & 7));
        bits.Slice(at >> 3, count >> 3).Fill(0xFF);
        for (at += count & ~7, count &= 7; count > 0; at++, count--) bits[at >> 3] |= (byte)(1 << (at & 7));
    }

    public static void Clear(Span<byte> bits, int at) => bits[at >> 3] &= (byte)~(1 << (at & 7));

    /// <summary>The first bit from <paramref name="at"/> on that is clear, or <paramref name="end"/>.</summary>
    public static int FirstClear(ReadOnlySpan<byte> bits, int at, int end)
    {
        while (at < end)
        {
            if ((at & 7) == 0 && bits[at >> 3] == 0xFF)
            {
                var skip = bits[(at >> 3)..].IndexOfAnyExcept((byte)0xFF);
                if (skip < 0) return end;
                at += skip << 3;
                continue;
            }

            if (!Has(bits, at)) return at;
            at++;
        }

        return end;
    }

    /// <summary>How many bits from <paramref name="at"/> on are clear, up to <paramref name="most"/>.</summary>
    public static int ClearRun(ReadOnlySpan<byte> bits, int at, int end, int most)
    {
        var count = 0;
        while (count < most && at + count < end)
        {
            var here = at + count;
            if ((here & 7) == 0 && here + 8 <= end && bits[here >> 3] == 0) count += 8;
            else if (!Has(bits, here)) count++;
            else break;
        }

        return Math.Min(count, most);
    }
}

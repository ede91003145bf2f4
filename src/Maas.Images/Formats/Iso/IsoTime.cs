using System.Globalization;
using System.Text;

namespace Maas.Images.Formats.Iso;

/// <summary>ISO 9660's two forms of time (ECMA-119, 8.4.26.1 and 9.1.5). What makes no sense is 1970.</summary>
internal static class IsoTime
{
    public static DateTimeOffset ReadShort(ReadOnlySpan<byte> t) => Make(1900 + t[0], t[1], t[2], t[3], t[4], t[5], (sbyte)t[6]);

    /// <summary>16 digits, hundredths last, and the zone in quarters of an hour.</summary>
    public static DateTimeOffset ReadLong(ReadOnlySpan<byte> t)
    {
        var digits = Encoding.ASCII.GetString(t[..14]);
        return DateTime.TryParseExact(digits, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var when)
            ? Make(when.Year, when.Month, when.Day, when.Hour, when.Minute, when.Second, (sbyte)t[16])
            : DateTimeOffset.UnixEpoch;
    }

    public static void WriteShort(Span<byte> t, DateTimeOffset when)
    {
        var utc = when.UtcDateTime;
        t[0] = (byte)Math.Clamp(utc.Year - 1900, 0, 255);
        (t[1], t[2], t[3], t[4], t[5], t[6]) = ((byte)utc.Month, (byte)utc.Day, (byte)utc.Hour, (byte)utc.Minute, (byte)utc.Second, 0);
    }

    public static void WriteLong(Span<byte> t, DateTimeOffset when)
    {
        Encoding.ASCII.GetBytes(when.UtcDateTime.ToString("yyyyMMddHHmmssff", CultureInfo.InvariantCulture), t);
        t[16] = 0;
    }

    /// <summary>A time in the hundred years from 1980, to the hundredth of a second, that encodes an identity.</summary>
    public static void WriteIdentity(Span<byte> t, Guid identity)
    {
        const long hundredths = 100L * 365 * 24 * 3600 * 100, ticks = TimeSpan.TicksPerMillisecond * 10;
        var number = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(identity.ToByteArray()) % (ulong)hundredths);
        WriteLong(t, new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(number * ticks));
    }

    private static DateTimeOffset Make(int year, int month, int day, int hour, int minute, int second, sbyte quarters)
    {
        var sane = year is >= 1 and <= 9998 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour < 24 && minute < 60 && second < 60;
        if (!sane) return DateTimeOffset.UnixEpoch;
        var zone = TimeSpan.FromMinutes(15 * Math.Clamp((int)quarters, -48, 52));
        return new DateTimeOffset(year, month, day, hour, minute, second, zone).ToUniversalTime();
    }
}

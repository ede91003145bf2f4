namespace Maas.Images.Formats.Fat;

/// <summary>FAT's time: local, to two seconds, from 1980 to 2107; here taken as UTC.</summary>
internal static class FatTime
{
    private static readonly DateTimeOffset First = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    public static DateTimeOffset Read(ushort date, ushort time)
    {
        var (year, month, day) = (1980 + (date >> 9), (date >> 5) & 15, date & 31);
        var (hour, minute, second) = (time >> 11, (time >> 5) & 63, (time & 31) * 2);
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && hour < 24 && minute < 60 && second < 60
            ? new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero)
            : First;
    }

    public static (ushort Date, ushort Time) Write(DateTimeOffset when)
    {
        var utc = (when < First ? First : when > Last ? Last : when).UtcDateTime;
        return (
            (ushort)(((utc.Year - 1980) << 9) | (utc.Month << 5) | utc.Day),
            (ushort)((utc.Hour << 11) | (utc.Minute << 5) | (utc.Second / 2)));
    }
}

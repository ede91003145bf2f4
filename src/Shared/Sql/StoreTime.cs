namespace Maas.Sql;

/// <summary>Times as the store keeps them: milliseconds since 1970 UTC.</summary>
internal static class StoreTime
{
    public static long? Write(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    public static DateTimeOffset Read(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time);

    public static DateTimeOffset? Read(long? time) => time is { } value ? Read(value) : null;
}

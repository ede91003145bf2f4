namespace Maas.Boot.Dhcp.Leases;

/// <summary>Times in a journal: milliseconds since 1970 that a <see cref="DateTimeOffset"/> can hold.</summary>
internal static class JournalTime
{
    public static bool IsValid(long milliseconds) => milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999;
}

using System.Buffers.Binary;

namespace Maas.Boot.Ntp;

/// <summary>The 64-bit timestamp of NTP: seconds since 1900 and a binary fraction (RFC 5905 section 6).</summary>
internal static class NtpTimestamp
{
    private static readonly DateTimeOffset Era = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The wire form; it wraps in 2036 as the standard's eras do, and clients within 68 years of the truth understand it.
    /// </summary>
    public static ulong From(DateTimeOffset time)
    {
        var ticks = (time - Era).Ticks;
        var seconds = unchecked((ulong)(uint)(ticks / TimeSpan.TicksPerSecond));
        var fraction = (ulong)(ticks % TimeSpan.TicksPerSecond) * (1UL << 32) / TimeSpan.TicksPerSecond;
        return (seconds << 32) | fraction;
    }

    /// <summary>Reads the wire form as a time of the era that ends in 2036.</summary>
    public static DateTimeOffset ToTime(ulong timestamp) =>
        Era.AddSeconds(timestamp >> 32).AddTicks((long)(((timestamp & uint.MaxValue) * TimeSpan.TicksPerSecond) >> 32));

    /// <summary>Writes the wire form.</summary>
    public static void Write(Span<byte> destination, DateTimeOffset time) => BinaryPrimitives.WriteUInt64BigEndian(destination, From(time));
}

using System.Buffers.Binary;

namespace Maas.Boot.Net;

/// <summary>Limits a log line that packets cause to one a minute for each place and reason. Safe for use from several threads.</summary>
internal sealed class LogThrottle(TimeProvider timeProvider)
{
    private readonly KeyedRateLimiter _lines = new(0); // the first one too many is the one that is said
    private readonly Lock _lock = new();

    /// <summary>Whether the line is to be written now.</summary>
    /// <param name="place">Where the clients are, such as a relay's address.</param>
    /// <param name="link">The link's name.</param>
    /// <param name="reason">The reason, one of a few texts.</param>
    public bool IsDue(ReadOnlySpan<byte> place, string link, string reason)
    {
        Span<byte> key = stackalloc byte[24];
        key.Clear();
        place[..Math.Min(place.Length, 16)].CopyTo(key);
        BinaryPrimitives.WriteInt32LittleEndian(key[16..], link.GetHashCode(StringComparison.Ordinal));
        BinaryPrimitives.WriteInt32LittleEndian(key[20..], reason.GetHashCode(StringComparison.Ordinal));
        lock (_lock)
        {
            _lines.TryTake(key, timeProvider.GetUtcNow(), out var isDue);
            return isDue;
        }
    }
}

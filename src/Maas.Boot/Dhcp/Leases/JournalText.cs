using System.Text;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// A short text in a record of a journal: length (1) and Latin-1; a longer one is cut off, and an empty one means no text.
/// </summary>
internal static class JournalText
{
    /// <summary>The most octets that a text takes, its length among them.</summary>
    public const int LongestField = 256;

    public static int Write(Span<byte> destination, string? text)
    {
        var characters = text.AsSpan();
        if (characters.Length > LongestField - 1) characters = characters[..(LongestField - 1)];
        destination[0] = (byte)characters.Length;
        return 1 + Encoding.Latin1.GetBytes(characters, destination[1..]);
    }

    public static string? Read(ReadOnlySpan<byte> octets) => octets.IsEmpty ? null : Encoding.Latin1.GetString(octets);
}

using Maas.Images.ByteSources;

namespace Maas.Images.Formats;

/// <summary>The bytes by which one kind of content is known.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Offset">Where the bytes are, from the start; a negative offset counts from the end.</param>
/// <param name="Magic">The bytes, at most <see cref="LongestMagic"/>.</param>
/// <param name="Check">What else has to be true, for signatures that are too short to be trusted.</param>
internal sealed record ContentSignature(string Name, long Offset, byte[] Magic, Func<RandomAccessSource, bool>? Check = null)
{
    private const int LongestMagic = 32;

    /// <summary>A signature that is a calculation, not bytes at one place.</summary>
    public ContentSignature(string name, Func<RandomAccessSource, bool> check)
        : this(name, 0, [], check)
    {
    }

    /// <summary>A signature of ASCII text, a character a byte (Latin-1).</summary>
    public ContentSignature(string name, long offset, string magic, Func<RandomAccessSource, bool>? check = null)
        : this(name, offset, System.Text.Encoding.Latin1.GetBytes(magic), check)
    {
    }

    /// <summary>Whether these bytes are of this kind.</summary>
    public bool Matches(RandomAccessSource bytes) => HasMagic(bytes) && (Check is null || Check(bytes));

    /// <summary>Whether a byte sequence is at a place.</summary>
    public static bool Has(RandomAccessSource bytes, long offset, ReadOnlySpan<byte> magic)
    {
        if (offset < 0 || magic.Length > bytes.Length - offset) return false;
        Span<byte> found = stackalloc byte[LongestMagic];
        found = found[..magic.Length];
        return bytes.Read(offset, found) == found.Length && found.SequenceEqual(magic);
    }

    /// <summary>Up to a number of bytes at a place; fewer at the end, none outside.</summary>
    public static ReadOnlySpan<byte> Head(RandomAccessSource bytes, long offset, int length)
    {
        if (offset < 0 || offset >= bytes.Length) return [];
        var head = new byte[Math.Min(length, bytes.Length - offset)];
        return head.AsSpan(0, bytes.Read(offset, head));
    }

    private bool HasMagic(RandomAccessSource bytes) => Magic.Length == 0 || Has(bytes, Offset < 0 ? bytes.Length + Offset : Offset, Magic);
}

using System.Globalization;

namespace Maas.Core.Constraints;

/// <summary>
/// A disk or a partition that a machine must have. In MAAS's grammar: <c>[label:]size[(tag,…)]</c>, separated by commas.
/// </summary>
/// <param name="Label">The name under which the answer tells it; empty for none.</param>
/// <param name="Size">At least so many bytes.</param>
/// <param name="Tags">Tags that it must have; <c>partition</c> asks for a partition instead of a whole device.</param>
internal sealed record StorageConstraint(string Label, long Size, IReadOnlyList<string> Tags)
{
    /// <summary>How many constraints one allocation may have.</summary>
    public const int Most = 64;

    private const string Partition = "partition";
    private const int LongestText = 8192;
    private const int LongestNumber = 28;
    private const long BytesPerGigabyte = 1_000_000_000;

    /// <summary>Whether a partition is asked for.</summary>
    public bool IsPartition => Tags.Contains(Partition);

    /// <summary>The tags of the device or partition itself.</summary>
    public IEnumerable<string> OwnTags => Tags.Where(tag => tag != Partition);

    /// <summary>Reads a list of constraints, at least one. Sizes are in GB (10⁹ bytes), with fractions.</summary>
    /// <returns><see langword="false"/> when the text is not such a list, or is too long.</returns>
    public static bool TryParse(string text, out IReadOnlyList<StorageConstraint> constraints)
    {
        List<StorageConstraint> read = [];
        constraints = read;
        if (text.Length > LongestText) return false;
        ReadOnlySpan<char> rest = text;
        while (read.Count < Most)
        {
            if (ReadOne(ref rest) is not { } one) return false;
            read.Add(one);
            if (rest.IsEmpty) return true;
            if (rest[0] != ',') return false;
            rest = rest[1..];
        }

        return false;
    }

    private static StorageConstraint? ReadOne(ref ReadOnlySpan<char> rest)
    {
        var label = "";
        var word = LengthOf(rest, char.IsAsciiLetterOrDigit);
        if (word > 0 && word < rest.Length && rest[word] == ':')
        {
            label = rest[..word].ToString();
            rest = rest[(word + 1)..];
        }

        var digits = LengthOf(rest, letter => char.IsAsciiDigit(letter) || letter == '.');
        if (digits > LongestNumber
            || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size)) return null;
        rest = rest[digits..];
        IReadOnlyList<string> tags = [];
        if (rest is ['(', ..])
        {
            var end = rest.IndexOf(')');
            if (end < 0) return null;
            tags = rest[1..end].ToString().Split(',');
            if (tags.Any(tag => tag.Length == 0 || tag.Any(char.IsControl))) return null;
            rest = rest[(end + 1)..];
        }

        return new StorageConstraint(
            label, size >= long.MaxValue / BytesPerGigabyte ? long.MaxValue : (long)(size * BytesPerGigabyte), tags);
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> isPart)
    {
        var length = 0;
        while (length < text.Length && isPart(text[length])) length++;
        return length;
    }
}

namespace Maas.Images.Simplestreams;

/// <summary>
/// Order of version names: runs of digits by their number, the rest by character. <c>20240101.10</c> is behind <c>20240101.2</c>.
/// </summary>
internal sealed class SimplestreamsVersion : IComparer<string>
{
    public static SimplestreamsVersion Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var (digits, others) = (Digits(left), Digits(right));
            var difference = digits > 0 && others > 0 ? ByNumber(left[..digits], right[..others]) : left[0].CompareTo(right[0]);
            if (difference != 0) return difference;
            left = left[Math.Max(digits, 1)..];
            right = right[Math.Max(others, 1)..];
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int ByNumber(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var one = left.TrimStart('0');
        var other = right.TrimStart('0');
        return one.Length != other.Length ? one.Length.CompareTo(other.Length) : one.SequenceCompareTo(other);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}

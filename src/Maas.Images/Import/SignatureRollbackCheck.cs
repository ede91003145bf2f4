using System.Globalization;
using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>
/// The date of a source's signed file: it goes forward only. A source that takes now one list and now another has a date for each, for they
/// are not signed at one time.
/// </summary>
internal static class SignatureRollbackCheck
{
    private const string Mark = "signed";

    public static IReadOnlyDictionary<string, string> Advance(SourceContext context, DateTimeOffset signedAt, TimeSpan? maximumAge,
        string location, string list = "")
    {
        if (maximumAge is { } age && context.Time.GetUtcNow() - signedAt > age)
            throw new UntrustedArchiveException(location, $"it is stale: signed {signedAt:u}, more than {age.TotalDays:0.#} days ago");
        var mark = list.Length == 0 ? Mark : $"{Mark} {list}";
        if (context.Marks.TryGetValue(mark, out var last) && DateTimeOffset.Parse(last, CultureInfo.InvariantCulture) > signedAt)
            throw new UntrustedArchiveException(location, $"it was rolled back: signed {signedAt:u}, and {last} has been seen");
        return new Dictionary<string, string>(context.Marks, StringComparer.Ordinal)
        {
            [mark] = signedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        };
    }
}

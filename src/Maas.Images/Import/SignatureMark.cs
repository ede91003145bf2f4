using System.Globalization;
using Maas.Images.Debian;

namespace Maas.Images.Import;

/// <summary>The one date of a source whose metadata is one signed file: it goes forward only.</summary>
internal static class SignatureMark
{
    private const string Mark = "signed";

    public static IReadOnlyDictionary<string, string> Advance(SourceContext context, DateTimeOffset signedAt, TimeSpan? maximumAge, string location)
    {
        if (maximumAge is { } age && context.Time.GetUtcNow() - signedAt > age)
            throw new UntrustedArchiveException(location, $"it is stale: signed {signedAt:u}, more than {age.TotalDays:0.#} days ago");
        if (context.Marks.TryGetValue(Mark, out var last) && DateTimeOffset.Parse(last, CultureInfo.InvariantCulture) > signedAt)
            throw new UntrustedArchiveException(location, $"it was rolled back: signed {signedAt:u}, and {last} has been seen");
        return new Dictionary<string, string>(StringComparer.Ordinal) { [Mark] = signedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) };
    }
}

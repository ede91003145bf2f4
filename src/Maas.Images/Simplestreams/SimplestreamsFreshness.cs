using System.Globalization;
using Maas.Images.Downloads;

namespace Maas.Images.Simplestreams;

/// <summary>
/// Whether metadata with a valid signature is also current. A mirror, or an attacker in front of it, may show an old state (roll-back), the
/// same state for ever (freeze), or a new index with old products (mix-and-match); all three have good signatures.
/// </summary>
internal sealed class SimplestreamsFreshness(
    IReadOnlyDictionary<string, string> before,
    DateTimeOffset now,
    TimeSpan tolerance,
    TimeSpan? maximumAge)
{
    private readonly Dictionary<string, string> _marks = new(before, StringComparer.Ordinal);

    /// <summary>What to remember: never less than was remembered.</summary>
    public IReadOnlyDictionary<string, string> Marks => _marks;

    /// <summary>Checks a document's date and takes it down.</summary>
    /// <param name="name">The document: <c>index</c>, or a content id.</param>
    /// <param name="updated">Its date.</param>
    /// <param name="promised">Its date according to the index.</param>
    /// <param name="location">Where it was got.</param>
    public void Check(string name, DateTimeOffset updated, DateTimeOffset? promised, string location)
    {
        if (updated > now + tolerance) throw new UntrustedArchiveException(location, $"it is dated {updated:u}, in the future");
        if (maximumAge is { } age && now - updated > age)
            throw new UntrustedArchiveException(location, $"it is stale: updated {updated:u}, more than {age.TotalDays:0.#} days ago");
        if (promised > updated)
            throw new UntrustedArchiveException(location, $"it is older ({updated:u}) than the index says ({promised:u})");
        var mark = $"updated {name}";
        if (_marks.TryGetValue(mark, out var last) && DateTimeOffset.Parse(last, CultureInfo.InvariantCulture) > updated)
            throw new UntrustedArchiveException(location, $"it was rolled back: updated {updated:u}, and {last} has been seen");
        _marks[mark] = updated.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
    }

    /// <summary>Checks that a product's newest version has not gone back.</summary>
    public void CheckVersion(string product, string newest, string location)
    {
        var mark = $"version {product}";
        if (_marks.TryGetValue(mark, out var last) && SimplestreamsVersion.Order.Compare(newest, last) < 0)
            throw new UntrustedArchiveException(
                location, $"{product} was rolled back: its newest version is {newest}, and {last} has been seen");
        _marks[mark] = newest;
    }
}

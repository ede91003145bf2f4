namespace Maas.Core.Storage;

/// <summary>Tags of block devices and partitions: a set of short words, in the order in which they were added.</summary>
internal static class StorageTags
{
    private const int Longest = 256;
    private const int Most = 100;

    public static StorageResult.Refused Refusal => new("tag", FormMessages.Invalid);

    /// <summary>The tags with one more; <see langword="null"/> when it is not a tag, or there are too many.</summary>
    public static IReadOnlyList<string>? Add(IReadOnlyList<string> tags, string tag) =>
        tag.Length is 0 or > Longest || tag.Any(char.IsControl) ? null
        : tags.Contains(tag) ? tags
        : tags.Count == Most ? null
        : [.. tags, tag];

    public static IReadOnlyList<string> Remove(IReadOnlyList<string> tags, string tag) => [.. tags.Where(other => other != tag)];
}

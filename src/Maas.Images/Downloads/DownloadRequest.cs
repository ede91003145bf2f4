namespace Maas.Images.Downloads;

/// <summary>One file to fetch.</summary>
/// <param name="Locations">Where the same bytes are, the preferred place first.</param>
/// <param name="Hash">What they must hash to.</param>
/// <param name="Length">How many they must be; <see langword="null"/> when only the mirror knows.</param>
/// <param name="Item">Its name in progress reports.</param>
internal sealed record DownloadRequest(IReadOnlyList<Uri> Locations, ContentHash Hash, long? Length, string Item);

/// <summary>A file that has come, whole and as promised.</summary>
internal readonly record struct DownloadedFile(Sha256Digest Digest, long Length);

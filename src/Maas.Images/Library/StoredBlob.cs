namespace Maas.Images.Library;

/// <summary>A blob in the library.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="StoredAt">When it was published.</param>
/// <param name="References">The reasons it is kept; none means the next collection removes it.</param>
public sealed record StoredBlob(Sha256Digest Digest, long Length, DateTimeOffset StoredAt, IReadOnlyList<string> References);

namespace Maas.Images.Library;

/// <summary>What a garbage collection removed.</summary>
/// <param name="Blobs">Blobs that nothing referred to.</param>
/// <param name="Uploads">Abandoned uploads, and abandoned downloads of a source.</param>
/// <param name="Bytes">Bytes given back.</param>
public sealed record CollectionReport(int Blobs, int Uploads, long Bytes);

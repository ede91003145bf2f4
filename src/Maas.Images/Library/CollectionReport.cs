namespace Maas.Images.Library;

/// <summary>What a garbage collection removed.</summary>
/// <param name="Blobs">Blobs that nothing referred to.</param>
/// <param name="Uploads">Uploads, and downloads of a source, that nobody went on with.</param>
/// <param name="Bytes">Bytes given back.</param>
public sealed record CollectionReport(int Blobs, int Uploads, long Bytes);

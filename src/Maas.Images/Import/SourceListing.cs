namespace Maas.Images.Import;

/// <summary>What a source has, as its metadata says now.</summary>
/// <param name="Files">The files that are wanted.</param>
/// <param name="Marks">
/// How new the metadata was, in words of the source's own. They come back the next time, and a source that then finds older
/// metadata refuses it: an old signature is still a good one.
/// </param>
public sealed record SourceListing(IReadOnlyList<SourceFile> Files, IReadOnlyDictionary<string, string> Marks);

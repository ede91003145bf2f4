namespace Maas.Images.Library;

/// <summary>A file that was imported.</summary>
/// <param name="Name">Its name within the source.</param>
/// <param name="Digest">The blob that holds it.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Metadata">What the source said of it.</param>
public sealed record ImportedFile(string Name, Sha256Digest Digest, long Length, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>
    /// The selection that it was last imported by (<see cref="Import.IImageSource.Selection"/>); empty where there was no choice.
    /// </summary>
    public string Selection { get; init; } = "";
}

using Maas.Images.Inspection;

namespace Maas.Images.Import;

/// <summary>
/// What an installer or live ISO boots: its kernel, its initial RAM disk and, if it has one, its root file system with the layers over it
/// (<c>squashfs-layer</c>), each as a file of its own that a boot server can serve. An ISO on the network is imported first (<see
/// cref="UrlSource"/>, <see cref="CloudImageSource"/>) and then taken from the library.
/// </summary>
/// <example><code>
/// var iso = library.FindImport("noble.iso")!.Files[0].Digest;
/// var source = new IsoSource { Name = "noble", OpenMedium = () => library.OpenRead(iso)! };
/// </code></example>
public sealed class IsoSource : IImageSource
{
    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>Opens the ISO, seekable; called once for each file, and closed after it.</summary>
    public required Func<Stream> OpenMedium { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidImageException">It is no ISO, or a damaged one.</exception>
    public async Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default)
    {
        using var image = await DiskImage.OpenAsync(OpenMedium(), null, cancellationToken).ConfigureAwait(false);
        var tree = image.OpenTree(0);
        var medium = InstallMedia.Classify(tree)
            ?? throw new FileNotFoundException($"{Name} boots nothing that is known here: it has no kernel with an initial RAM disk.");
        List<(string Kind, string? Path)> parts =
        [
            ("boot-kernel", medium.Kernel), ("boot-initrd", medium.Initrd), ("squashfs", medium.Root)
        ];
        parts.AddRange(medium.Layers.Select(layer => ("squashfs-layer", (string?)layer)));
        return new SourceListing(
            [.. parts.Where(part => part.Path is not null).Select(part => FileOf(medium, part.Kind, part.Path!, LengthOf(part.Path!)))],
            new Dictionary<string, string>(StringComparer.Ordinal));

        long LengthOf(string path) => FileTrees.FileTreePaths.Resolve(tree, path)?.Length ?? 0;
    }

    private SourceFile.Local FileOf(InstallMedia medium, string kind, string path, long length) => new()
    {
        Name = path,
        Length = length,
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ftype"] = kind,
            ["arch"] = medium.Architecture,
            ["title"] = medium.Title,
            ["family"] = $"{medium.Family}",
        },
        OpenAsync = async cancellationToken =>
        {
            var image = await DiskImage.OpenAsync(OpenMedium(), null, cancellationToken).ConfigureAwait(false);
            try
            {
                return new OwningStream(FileTrees.FileTreePaths.OpenRead(image.OpenTree(0), path), image);
            }
            catch
            {
                image.Dispose();
                throw;
            }
        },
    };
}

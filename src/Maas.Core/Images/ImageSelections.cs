using System.Text.RegularExpressions;

namespace Maas.Core.Images;

/// <summary>Which of the images that a source offers are wanted. Pure.</summary>
internal static partial class ImageSelections
{
    /// <summary>The most images of one import.</summary>
    public const int MostImages = 500;

    private const string Any = "*";
    private const int LongestTitle = 255;

    /// <summary>The file types of streams that are installed here, and this server's names of them, the preferred one first.</summary>
    private static readonly (string Offered, string Own)[] Types =
    [
        ("squashfs", "squashfs"), ("root-tgz", "root-tgz"), ("root-txz", "txz"), ("root-tbz", "tbz"), ("root-dd.raw", "ddraw"),
        ("root-dd.gz", "ddgz"), ("root-dd.xz", "ddxz"), ("root-dd.bz2", "ddbz2"), ("tgz", "tgz"), ("txz", "txz"), ("tbz", "tbz"),
        ("tzst", "tzst"), ("ddraw", "ddraw"), ("ddgz", "ddgz"), ("ddxz", "ddxz"), ("ddbz2", "ddbz2"), ("ddzst", "ddzst"),
    ];

    /// <summary>Whether this server imports files of this type.</summary>
    /// <param name="fileType">The source's file type.</param>
    public static bool IsImported(string fileType) => Types.Any(type => type.Offered == fileType);

    /// <summary>The wanted images of a source, and which selections found none. Of a product's files, one is wanted.</summary>
    /// <param name="selections">The selections.</param>
    /// <param name="offered">What the source offers.</param>
    public static (IReadOnlyList<WantedImage> Images, IReadOnlyList<BootSourceSelection> Unmet) Choose(
        IReadOnlyList<BootSourceSelection> selections, IReadOnlyList<OfferedImage> offered)
    {
        var importable = offered.Where(image => IsImported(image.FileType)).ToList();
        var wanted = importable.Where(image => selections.Any(selection => Admits(selection, image)))
            .GroupBy(image => (image.Product, image.Version))
            .Select(files => files.MinBy(file => Array.FindIndex(Types, type => type.Offered == file.FileType)))
            .OfType<OfferedImage>().Select(image => new WantedImage(image, ResourceOf(image)))
            .DistinctBy(image => (image.Resource.Name, image.Resource.Architecture)).ToList();
        return (wanted, [.. selections.Where(selection => !importable.Any(image => Admits(selection, image)))]);
    }

    /// <summary>Whether a selection lets an image through. An attribute that the image does not have is not required of it.</summary>
    public static bool Admits(BootSourceSelection selection, OfferedImage image) =>
        Is(selection.OsSystem, image.OsSystem) && Is(selection.Release, image.Release)
        && Has(selection.Architectures, [image.Architecture]) && Has(selection.Subarchitectures, image.Subarchitectures)
        && Has(selection.Labels, image.Label.Length == 0 ? [] : [image.Label]);

    /// <summary>Whether a selection may want an imported image, as far as system, release and architecture tell.</summary>
    public static bool Admits(BootSourceSelection selection, BootResource resource) =>
        Is(selection.OsSystem, resource.OsSystem) && Is(selection.Release, resource.Series)
        && Has(selection.Architectures, [resource.Architecture.Split('/')[0]]);

    /// <summary>What an image is named here.</summary>
    public static string NameOf(OfferedImage image) => $"{image.OsSystem}/{image.Release}";

    /// <summary>Architecture and subarchitecture of an image here.</summary>
    public static string ArchitectureOf(OfferedImage image) =>
        $"{image.Architecture}/{(image.Subarchitectures is [var first, ..] ? first : "generic")}";

    /// <summary>A name of a version that can be a version's here.</summary>
    public static bool IsVersion(string version) => Version().IsMatch(version);

    private static bool Is(string wanted, string value) => wanted == Any || wanted == value;

    private static bool Has(IReadOnlyList<string> wanted, IReadOnlyList<string> values) =>
        wanted.Count == 0 || values.Count == 0 || wanted.Contains(Any) || values.Any(wanted.Contains);

    private static NewBootResource ResourceOf(OfferedImage image) => new()
    {
        Name = NameOf(image),
        Architecture = ArchitectureOf(image),
        FileType = Types.First(type => type.Offered == image.FileType).Own,
        Size = image.Size,
        Sha256 = image.Sha256,
        Title = image.Title.Length > LongestTitle ? image.Title[..LongestTitle] : image.Title,
        Version = image.Version,
    };

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version();
}

/// <summary>An image that is to be imported.</summary>
/// <param name="Offered">What the source offers.</param>
/// <param name="Resource">What it will be here.</param>
internal sealed record WantedImage(OfferedImage Offered, NewBootResource Resource)
{
    /// <summary>Name, architecture and version, for messages.</summary>
    public override string ToString() => $"{Resource.Name} {Resource.Architecture} {Resource.Version}";
}

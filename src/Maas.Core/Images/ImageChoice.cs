using Maas.Core.Nodes;

namespace Maas.Core.Images;

/// <summary>Which image is installed when one is asked for by name, or not asked for at all. Pure.</summary>
internal static class ImageChoice
{
    /// <summary>
    /// MAAS's file types, those of its synchronised images (<c>root-tgz</c>, <c>squashfs</c>), and <c>ddzst</c> and <c>tzst</c>.
    /// </summary>
    public static IReadOnlyList<string> FileTypes { get; } =
    [
        "tgz", "tbz", "txz", "ddtgz", "ddtar", "ddraw", "ddtbz", "ddtxz", "ddbz2", "ddgz", "ddxz", "ddzst", "root-tgz", "tzst", "squashfs",
    ];

    /// <summary>Those that are an image of a whole disk and nothing around it.</summary>
    private static readonly string[] DiskTypes = ["ddraw", "ddgz", "ddxz", "ddbz2", "ddzst"];

    public static ImageReference? Choose(IEnumerable<BootResource> resources, string osSystem, string series, string architecture)
    {
        if (series.Split('/', 2) is [var family, var release]) (osSystem, series) = (family, release);
        var found =
            from resource in resources
            where osSystem.Length == 0 || resource.OsSystem == osSystem
            where series.Length == 0 || resource.Series == series
            where resource.Architecture.Split('/')[0] == architecture.Split('/')[0]
            from set in resource.Sets
            where set.File.IsComplete && (DiskTypes.Contains(set.File.FileType) || ImageReference.IsArchive(set.File.FileType))
            orderby set.File.Id descending
            select new ImageReference(resource.Id, set.File.Id, resource.Name, set.File.FileType, set.File.Size, set.File.Sha256);
        return found.FirstOrDefault();
    }
}

using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.Partitions;

namespace Maas.Images.Inspection;

/// <summary>
/// Describes an image without booting it: operating system, processor, kernels, cloud-init, and which firmware starts it.
/// </summary>
/// <example><code>
/// using var image = await DiskImage.OpenAsync("noble-server-cloudimg-amd64.img");
/// var description = await ImageInspector.DescribeAsync(image);
/// Console.WriteLine($"{description.OperatingSystem?.Name} for {description.Architecture}, {description.Boots}");
/// </code></example>
public static class ImageInspector
{
    private const int DeepestRoot = 3; // an installer's squashfs holds an image of an ext4

    // Nothing inside a medium needs unpacking to be looked into; a bomb there shall not be.
    private static readonly DiskImageOptions Nested = new() { MostUnpackedBytes = 0 };

    /// <summary>
    /// Looks into a disk, an ISO, a file system, an archive, or a kernel. What cannot be read is named in
    /// <see cref="ImageDescription.Unread"/>.
    /// </summary>
    /// <param name="image">Stays open.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<ImageDescription> DescribeAsync(DiskImage image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Task.Run(
            async () =>
            {
                var unread = new List<string>();
                var description = new ImageDescription { Boots = BiosBoot.Of(image) ? FirmwareBoot.Bios : FirmwareBoot.None };
                foreach (var volume in image.Volumes)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    try
                    {
                        description = await AddAsync(description, volume, cancellationToken).ConfigureAwait(false);
                    }
                    catch (InvalidImageException damaged)
                    {
                        unread.Add($"{(volume.Number == 0 ? "the image" : $"partition {volume.Number}")}: {damaged.Message}");
                    }

                    if (WarningOf(volume) is { } warning)
                        unread.Add($"{(volume.Number == 0 ? "the image" : $"partition {volume.Number}")}: {warning}");
                    if (volume is { HasTree: false, IsDisk: true, Content: not ("" or "swap") })
                        unread.Add($"{(volume.Number == 0 ? "the image" : $"partition {volume.Number}")} is {volume.Content}");
                }

                return (image.Volumes.Any(volume => volume.HasTree) ? description : WithKernel(description, image)) with
                {
                    Unread = unread
                };
            },
            cancellationToken);
    }

    /// <summary>Describes one tree: a root file system, or a medium. What only a disk shows (a BIOS boot sector) is not included.</summary>
    /// <exception cref="InvalidImageException">The tree is damaged where it was read.</exception>
    public static ImageDescription Describe(IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var (kernels, programs) = (RootFileSystem.Kernels(tree), EfiBootPrograms.Programs(tree));
        var release = RootFileSystem.Release(tree);
        var medium = release is null && tree.Format is not ("cpio" or "tar") ? InstallMedia.Classify(tree) : null;
        return new ImageDescription
        {
            OperatingSystem = release,
            Architecture = RootFileSystem.Architecture(tree)
                ?? medium?.Architecture
                ?? (kernels.Count > 0 ? kernels[0].Kernel.Architecture : null)
                ?? EfiBootPrograms.Architecture(programs),
            Kernels = kernels,
            CloudInit = InstalledCloudInit.Find(tree),
            EfiPrograms = programs,
            Medium = medium,
        };
    }

    /// <summary>An image that holds no files may be a kernel itself.</summary>
    private static ImageDescription WithKernel(ImageDescription known, DiskImage image)
    {
        using var content = image.OpenRead();
        try
        {
            return LinuxKernel.Identify(content) is { } kernel
                ? known with { Kernels = [new KernelFile("", kernel)], Architecture = kernel.Architecture }
                : known;
        }
        catch (InvalidImageException)
        {
            return known; // what looks packed and is not is no kernel
        }
    }

    private static async Task<ImageDescription> AddAsync(ImageDescription known, Volume volume, CancellationToken cancellationToken)
    {
        if (!volume.HasTree) return known;
        var tree = volume.OpenTree();
        var found = Describe(tree);
        if (tree is IsoFileTree iso) found = found with { Boots = BootsOf(iso) };
        else if (volume.Partition is not { } partition || partition.Type == PartitionTypes.EfiSystem || partition.MbrType == 0xEF)
            found = found with { Boots = EfiBootPrograms.Boots(found.EfiPrograms) ? FirmwareBoot.Uefi : FirmwareBoot.None };
        if (found.Medium?.Root is { } root)
        {
            var nested = await NestedAsync(tree, root, 0, cancellationToken).ConfigureAwait(false);
            found = found with
            {
                OperatingSystem = nested?.OperatingSystem,
                CloudInit = nested?.CloudInit,
                Architecture = nested?.Architecture ?? found.Architecture
            };
        }

        return Joined(known, found);
    }

    /// <summary>The root file system inside a medium, and the one inside that.</summary>
    private static async Task<ImageDescription?> NestedAsync(IFileTree tree, string path, int depth, CancellationToken cancellationToken)
    {
        using var inner = await DiskImage.OpenAsync(tree.OpenRead(path), Nested, cancellationToken).ConfigureAwait(false);
        if (!inner.Volumes[0].HasTree) return null;
        var root = inner.Volumes[0].OpenTree();
        const string deeper = "LiveOS/rootfs.img";
        return depth < DeepestRoot && TreeText.Has(root, deeper)
            ? await NestedAsync(root, deeper, depth + 1, cancellationToken).ConfigureAwait(false)
            : Describe(root);
    }

    private static string? WarningOf(Volume volume)
    {
        try
        {
            return volume.Warning;
        }
        catch (InvalidImageException)
        {
            return null; // its damage has been reported
        }
    }

    private static FirmwareBoot BootsOf(IsoFileTree iso) =>
        iso.BootEntries.Where(entry => entry.IsBootable).Select(entry => entry.Platform switch
        {
            IsoBootPlatform.Bios => FirmwareBoot.Bios,
            IsoBootPlatform.Efi => FirmwareBoot.Uefi,
            _ => FirmwareBoot.None,
        }).Aggregate(FirmwareBoot.None, (all, one) => all | one);

    /// <summary>A disk is all of its partitions: the root shows most, <c>/boot</c> and the EFI system partition the rest.</summary>
    private static ImageDescription Joined(ImageDescription known, ImageDescription found)
    {
        var isRoot = found.OperatingSystem is not null && known.OperatingSystem is null;
        return known with
        {
            OperatingSystem = known.OperatingSystem ?? found.OperatingSystem,
            Architecture = isRoot ? found.Architecture ?? known.Architecture : known.Architecture ?? found.Architecture,
            Kernels = [.. known.Kernels, .. found.Kernels],
            CloudInit = known.CloudInit ?? found.CloudInit,
            Boots = known.Boots | found.Boots,
            EfiPrograms = [.. known.EfiPrograms.Union(found.EfiPrograms)], // an ISO has a copy of its EFI partition
            Medium = known.Medium ?? found.Medium,
        };
    }
}

using Maas.Images;
using Maas.Images.Inspection;

namespace ImageTool.Verbs;

/// <summary>What an image is, in lines for people.</summary>
internal static class Description
{
    public static async Task<IEnumerable<string>> LinesAsync(DiskImage image, CancellationToken cancellationToken)
    {
        var found = await ImageInspector.DescribeAsync(image, cancellationToken);
        return Lines(found);
    }

    private static IEnumerable<string> Lines(ImageDescription found)
    {
        if (found.OperatingSystem is { } system)
            yield return $"system        {system.Name} ({system.Id} {system.Version} {system.Codename})".TrimEnd();
        if (found.Architecture is { } architecture) yield return $"architecture  {architecture}";
        foreach (var kernel in found.Kernels)
        {
            var path = kernel.Path.Length == 0 ? "" : $"{kernel.Path}, ";
            yield return $"kernel        {path}{kernel.Kernel.Architecture} {kernel.Version}".TrimEnd();
        }

        if (found.Medium is { } medium)
            yield return $"medium        {medium.Family}: {medium.Title}; kernel {medium.Kernel}, initrd "
                + $"{medium.Initrd}{(medium.Root is { } root ? $", root {root}" : "")}";
        if (found.OperatingSystem is not null) yield return $"cloud-init    {CloudInitOf(found.CloudInit)}";
        if (found.Boots != FirmwareBoot.None) yield return $"boots         {found.Boots}";
        foreach (var program in found.EfiPrograms.Take(8)) yield return $"EFI program   {program}";
        foreach (var unread in found.Unread) yield return $"not read      {unread}";
    }

    private static string CloudInitOf(InstalledCloudInit? cloudInit) => cloudInit is null
        ? "none"
        : (cloudInit.Version ?? "yes")
            + (cloudInit.IsDisabled ? ", disabled" : "")
            + (cloudInit.Datasources.Count > 0 ? $", looks to {string.Join(", ", cloudInit.Datasources)}" : "");
}

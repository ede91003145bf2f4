using System.CommandLine;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary><c>import iso LIBRARY FILE</c>: kernel, initrd and root of an ISO.</summary>
internal static class ImportIsoVerb
{
    private static readonly Argument<FileInfo> Iso = new("iso") { Description = "An installer or live ISO." };

    public static Command Command { get; } = ImportOptions.Make(
        "iso",
        "The kernel, the initial RAM disk and the root of an installer or live ISO.",
        [Iso],
        arguments => new IsoSource
    {
        Name = arguments.GetRequiredValue(Iso).Name,
        OpenMedium = arguments.GetRequiredValue(Iso).OpenRead,
    });
}

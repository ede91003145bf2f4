using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>The programs of an EFI system partition (UEFI 2.10 section 3.5.1.1: the default ones by their names).</summary>
internal static class EfiBootPrograms
{
    private const int MostVendors = 100;

    public static IReadOnlyList<string> Programs(IFileTree tree) =>
    [
        .. from folder in TreeText.List(tree, "EFI").Take(MostVendors)
           where folder.Kind == FileKind.Directory
           from file in TreeText.List(tree, folder.Path)
           where file.Kind == FileKind.File && file.Name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)
           orderby IsDefault(file) descending, file.Path
           select file.Path,
    ];

    /// <summary>Whether firmware that knows nothing of the disk starts one of them.</summary>
    public static bool Boots(IReadOnlyList<string> programs) => programs.Any(path => ArchitectureOf(path) is not null);

    /// <summary>The architecture of the first default program.</summary>
    public static string? Architecture(IReadOnlyList<string> programs) =>
        programs.Select(ArchitectureOf).FirstOrDefault(name => name is not null);

    private static bool IsDefault(FileEntry file) => ArchitectureOf(file.Path) is not null;

    private static string? ArchitectureOf(string path) => path.ToUpperInvariant() switch
    {
        "EFI/BOOT/BOOTX64.EFI" => "amd64",
        "EFI/BOOT/BOOTAA64.EFI" => "arm64",
        "EFI/BOOT/BOOTIA32.EFI" => "i386",
        "EFI/BOOT/BOOTARM.EFI" => "armhf",
        "EFI/BOOT/BOOTRISCV64.EFI" => "riscv64",
        "EFI/BOOT/BOOTLOONGARCH64.EFI" => "loong64",
        _ => null,
    };
}

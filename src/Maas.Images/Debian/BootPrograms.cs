using Maas.Images.Archives;
using Maas.Images.Downloads;
using Maas.Images.Primitives;

namespace Maas.Images.Debian;

/// <summary>The network boot programs that Debian packages: one call fills a directory for a TFTP or HTTP server.</summary>
/// <example><code>
/// await BootPrograms.ImportAsync(archive, "/var/lib/maas/boot");
/// </code></example>
public static class BootPrograms
{
    /// <summary>
    /// The programs of <see cref="ImportAsync"/>'s default: iPXE and pxelinux for BIOS, iPXE, shim and GRUB for x86-64 UEFI.
    /// </summary>
    public static IReadOnlyList<BootProgram> Defaults { get; } =
    [
        new("undionly.kpxe", "ipxe", "usr/lib/ipxe/undionly.kpxe"),
        // In usr/lib/ipxe these two are links.
        new("ipxe.efi", "ipxe", "boot/ipxe.efi"),
        new("snponly.efi", "ipxe", "usr/lib/ipxe/snponly.efi"),
        new("ipxe.lkrn", "ipxe", "boot/ipxe.lkrn"),
        new("pxelinux.0", "pxelinux", "usr/lib/PXELINUX/pxelinux.0"),
        new("ldlinux.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/ldlinux.c32"),
        new("chain.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/chain.c32"),
        new("libcom32.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/libcom32.c32"),
        new("poweroff.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/poweroff.c32"),
        new("libutil.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/libutil.c32"),
        new("bootx64.efi", "shim-signed", "usr/lib/shim/shimx64.efi.signed"),
        new("grubx64.efi", "grub-efi-amd64-signed", "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"),
    ];

    /// <summary>
    /// The programs for 64-bit Arm with UEFI: Debian's signed shim, and GRUB, which shim loads by the name <c>grubaa64.efi</c>. Debian's
    /// iPXE has no program for it.
    /// </summary>
    public static IReadOnlyList<BootProgram> Arm64 { get; } =
    [
        new("bootaa64.efi", "shim-signed", "usr/lib/shim/shimaa64.efi.signed"),
        new("grubaa64.efi", "grub-efi-arm64-signed", "usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed"),
    ];

    /// <summary>The programs of an architecture in Debian's word; none for one that Debian has no program for.</summary>
    /// <param name="architecture"><c>amd64</c> or <c>arm64</c>.</param>
    public static IReadOnlyList<BootProgram> For(string architecture) => architecture switch
    {
        "amd64" => Defaults,
        "arm64" => Arm64,
        _ => [],
    };

    /// <summary>
    /// Takes each program out of its package into <paramref name="directory"/>. A program whose file is there with the right
    /// bytes is left alone; each is replaced whole or not at all.
    /// </summary>
    /// <param name="packages">Where the packages come from.</param>
    /// <param name="directory">Made when missing; other files in it are left alone.</param>
    /// <param name="programs">Which; <see langword="null"/> for <see cref="Defaults"/>.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="cancellationToken">Ends the import between two files.</param>
    /// <returns>The full paths, in the order of the programs.</returns>
    /// <exception cref="PackageNotFoundException">A package, or the program in it, is missing. Packages before it have been
    /// imported.</exception>
    /// <exception cref="UntrustedArchiveException">A signature or a hash is wrong.</exception>
    /// <exception cref="InvalidImageException">A package is damaged inside.</exception>
    /// <exception cref="IOException">A file cannot be fetched or written.</exception>
    public static async Task<IReadOnlyList<string>> ImportAsync(
        IPackageSource packages,
        string directory,
        IReadOnlyList<BootProgram>? programs = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(packages);
        programs ??= Defaults;
        var root = Directory.CreateDirectory(directory).FullName;
        foreach (var wanted in programs.GroupBy(program => program.Package))
        {
            var package = await packages.FindAsync(wanted.Key, cancellationToken).ConfigureAwait(false)
                ?? throw new PackageNotFoundException(
                    wanted.Key,
                    $"The package {wanted.Key} is in none of the sources; it has " +
                    $"{string.Join(", ", wanted.Select(program => program.Name))}.");
            using var file = await packages.OpenAsync(package, progress, cancellationToken).ConfigureAwait(false);
            progress?.Report(new ImportProgress("unpack", package.ToString()));
            await Task.Run(() => Unpack(file, root, [.. wanted], cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return [.. programs.Select(program => Path.Combine(root, program.Name))];
    }

    private static void Unpack(Stream package, string root, List<BootProgram> wanted, CancellationToken cancellationToken)
    {
        var deb = new DebFile(package);
        // Some are links to where a boot loader of the host looks for them: /usr/lib/ipxe/ipxe.efi is /boot/ipxe.efi.
        var links = deb.ReadFiles().Where(entry => entry.Kind == ArchiveEntryKind.SymbolicLink)
            .GroupBy(entry => entry.Path, entry => Target(entry.Path, entry.LinkTarget), StringComparer.Ordinal)
            .ToDictionary(link => link.Key, link => link.Last(), StringComparer.Ordinal);
        var places = wanted.ToLookup(
            program => links.GetValueOrDefault(program.PathInPackage, program.PathInPackage), StringComparer.Ordinal);
        foreach (var entry in deb.ReadFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind != ArchiveEntryKind.File || !places.Contains(entry.Path)) continue;
            var content = entry.ReadAll(64 << 20);
            foreach (var program in places[entry.Path])
            {
                Replace(Path.Combine(root, program.Name), content);
                wanted.Remove(program);
            }
        }

        if (wanted.Count > 0)
            throw new PackageNotFoundException(wanted[0].Package, $"The package {wanted[0].Package} has no {wanted[0].PathInPackage}.");
    }

    // Where a link points, as a path in the package. It only ever picks an entry by name, so that it cannot lead out.
    private static string Target(string link, string target) =>
        target.StartsWith('/') ? target.TrimStart('/') : $"{link[..Math.Max(link.LastIndexOf('/'), 0)]}/{target}";

    private static void Replace(string path, byte[] content)
    {
        if (File.Exists(path) && new FileInfo(path).Length == content.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return;
        AtomicFile.Write(path, output => output.Write(content));
    }
}

using System.Security.Cryptography;
using Maas.Images.Debian;
using Maas.Images.Downloads;

namespace Maas.Images.Ephemeral;

/// <summary>
/// The small Linux that a machine boots into memory to be enlisted, commissioned, installed or erased: a Debian kernel, and an
/// initramfs of its modules, busybox and the agent. It is assembled in managed code; no root, no chroot, no mount.
/// </summary>
/// <example><code>
/// using var http = new HttpClient();
/// using var archive = new DebianArchive(new() { Sources = AptSources.ReadDebian(), CacheDirectory = "/var/cache/maas" }, http);
/// var environment = await EphemeralEnvironment.BuildAsync(archive, "/var/lib/maas/ephemeral/amd64");
/// Console.WriteLine(environment.InitrdPath);
/// </code></example>
public sealed class EphemeralEnvironment
{
    private EphemeralEnvironment(string directory, EphemeralManifest manifest)
    {
        Manifest = manifest;
        KernelPath = Path.Combine(directory, manifest.Folder, "kernel");
        InitrdPath = Path.Combine(directory, manifest.Folder, "initrd");
        if (manifest.InstallToolsSha256 is not null)
            InstallToolsPath = Path.Combine(directory, manifest.Folder, EphemeralBuilder.ToolsName);
        if (manifest.RescueToolsSha256 is not null)
            RescueToolsPath = Path.Combine(directory, manifest.Folder, EphemeralBuilder.RescueName);
        if (manifest.BmcToolsSha256 is not null)
            BmcToolsPath = Path.Combine(directory, manifest.Folder, EphemeralBuilder.BmcName);
    }

    /// <summary>The kernel (a Linux bzImage, which UEFI can start as well).</summary>
    public string KernelPath { get; }

    /// <summary>The initramfs that belongs to it.</summary>
    public string InitrdPath { get; }

    /// <summary>
    /// A second initramfs, which a machine boots beside the first to have a root archive unpacked onto its disks; <see langword="null"/>
    /// when it was built without.
    /// </summary>
    public string? InstallToolsPath { get; }

    /// <summary>
    /// A second initramfs with an SSH server, which a machine boots beside the first in rescue mode; <see langword="null"/> when it was
    /// built without.
    /// </summary>
    public string? RescueToolsPath { get; }

    /// <summary>
    /// A second initramfs with ipmitool, which a machine boots beside the first when it is commissioned and may set up its management
    /// controller; <see langword="null"/> when it was built without.
    /// </summary>
    public string? BmcToolsPath { get; }

    /// <summary>What it was built from.</summary>
    public EphemeralManifest Manifest { get; }

    /// <summary>
    /// The environment in <paramref name="directory"/>, or <see langword="null"/> when none was completed there.
    /// </summary>
    public static EphemeralEnvironment? Open(string directory)
    {
        if (EphemeralManifest.Read(ManifestPath(directory)) is not { } manifest || manifest.Folder != Path.GetFileName(manifest.Folder))
            return null;
        var environment = new EphemeralEnvironment(Path.GetFullPath(directory), manifest);
        return File.Exists(environment.KernelPath) && File.Exists(environment.InitrdPath)
            && (environment.InstallToolsPath is not { } tools || File.Exists(tools))
            && (environment.RescueToolsPath is not { } rescue || File.Exists(rescue))
            && (environment.BmcToolsPath is not { } bmc || File.Exists(bmc)) ? environment : null;
    }

    /// <summary>
    /// Builds the environment into <paramref name="directory"/>, or finds it already there, made from the same packages by the same
    /// recipe. The same packages and options give the same bytes. A failure or a cancellation leaves what was there before;
    /// machines that boot meanwhile get a kernel and an initrd that fit each other.
    /// </summary>
    /// <param name="packages">Where the packages come from.</param>
    /// <param name="directory">Made when missing. It holds <c>manifest.json</c> and a folder for this build and the one before.</param>
    /// <param name="options">What goes in; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <exception cref="PackageNotFoundException">A package, or a file expected in one, is missing.</exception>
    /// <exception cref="UntrustedArchiveException">A signature or a hash is wrong.</exception>
    /// <exception cref="InvalidImageException">A package is damaged inside.</exception>
    /// <exception cref="IOException">A file cannot be fetched or written.</exception>
    public static async Task<EphemeralEnvironment> BuildAsync(
        IPackageSource packages,
        string directory,
        EphemeralEnvironmentOptions? options = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(packages);
        var recipe = new EphemeralRecipe(options ?? new EphemeralEnvironmentOptions());
        Directory.CreateDirectory(directory);
        progress?.Report(new ImportProgress("check"));
        if (Open(directory) is { } present && await present.IsMadeOfAsync(recipe, packages, cancellationToken).ConfigureAwait(false))
            return present;

        var before = Open(directory)?.Manifest.Folder;
        var manifest =
            await new EphemeralBuilder(packages, recipe, progress).BuildAsync(directory, cancellationToken).ConfigureAwait(false);
        manifest.Write(ManifestPath(directory));
        RemoveOthers(directory, manifest.Folder, before);
        return new EphemeralEnvironment(Path.GetFullPath(directory), manifest);
    }

    private static string ManifestPath(string directory) => Path.Combine(directory, "manifest.json");

    private async Task<bool> IsMadeOfAsync(EphemeralRecipe recipe, IPackageSource packages, CancellationToken cancellationToken)
    {
        if (Manifest.RecipeSha256 != recipe.Sha256) return false;
        foreach (var used in Manifest.Packages)
        {
            if (await packages.FindAsync(used.Name, cancellationToken).ConfigureAwait(false) is not { } found
                || found.Sha256 != used.Sha256)
                return false;
        }

        return await HashAsync(KernelPath, cancellationToken).ConfigureAwait(false) == Manifest.KernelSha256
            && await HashAsync(InitrdPath, cancellationToken).ConfigureAwait(false) == Manifest.InitrdSha256
            && (InstallToolsPath is not { } tools
                || await HashAsync(tools, cancellationToken).ConfigureAwait(false) == Manifest.InstallToolsSha256)
            && (RescueToolsPath is not { } rescue
                || await HashAsync(rescue, cancellationToken).ConfigureAwait(false) == Manifest.RescueToolsSha256)
            && (BmcToolsPath is not { } bmc
                || await HashAsync(bmc, cancellationToken).ConfigureAwait(false) == Manifest.BmcToolsSha256);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 << 10, FileOptions.Asynchronous);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }

    // The build before stays: machines that have fetched its kernel may still be fetching its initrd.
    private static void RemoveOthers(string directory, string current, string? before)
    {
        foreach (var folder in Directory.GetDirectories(directory))
        {
            var name = Path.GetFileName(folder);
            if (name != current && name != before && name.StartsWith(EphemeralBuilder.FolderPrefix, StringComparison.Ordinal))
                Directory.Delete(folder, recursive: true);
        }
    }
}

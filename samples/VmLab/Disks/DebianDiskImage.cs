using System.Security.Cryptography;
using System.Text;
using VmLab.Processes;
using VmLab.Servers;

namespace VmLab.Disks;

/// <summary>
/// A Debian 12 disk with cloud-init for machines to be deployed with, built from a mirror's packages. Needs root.
/// </summary>
/// <remarks>
/// Kept under <c>MAAS_TEST_CACHE</c> (default <c>~/.cache/maas-tests</c>), known by its recipe: a second run finds it there.
/// </remarks>
public sealed class DebianDiskImage
{
    private DebianDiskImage(string path) => CompressedPath = path;

    /// <summary>The disk, compressed by zstd.</summary>
    public string CompressedPath { get; }

    /// <summary>In MiB, as the disk is written.</summary>
    public static int Size => DebianRecipe.DiskSize;

    /// <summary>Finds the image, or builds it, which takes about a minute.</summary>
    public static async Task<DebianDiskImage> GetAsync(CancellationToken cancellationToken) =>
        await GetAsync(DebianMirror.OfThisHost(), CacheFolder(), cancellationToken);

    public static async Task<DebianDiskImage> GetAsync(Uri mirror, string cacheFolder, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(DebianRecipe.Fingerprint(mirror))))[..16];
        var finished = Path.Combine(cacheFolder, $"debian-{DebianMirror.Suite}-{key}.raw.zst");
        if (!File.Exists(finished)) await BuildAsync(mirror, finished, cancellationToken);
        return new DebianDiskImage(finished);
    }

    private static async Task BuildAsync(Uri mirror, string finished, CancellationToken cancellationToken)
    {
        // Unpacked beside the result, so that the last step is a rename within one file system.
        var work = Directory.CreateDirectory($"{finished}.{Environment.ProcessId}").FullName;
        try
        {
            var (root, disk) = (Path.Combine(work, "root"), Path.Combine(work, "disk"));
            await HostCommand.RunAsync("mmdebstrap", DebianRecipe.Arguments(root, mirror), cancellationToken);
            await BootableDisk.WriteAsync(root, disk, DebianRecipe.DiskSize, work, cancellationToken);
            await HostCommand.RunAsync("zstd", ["-q", "-T0", "-9", disk, "-o", $"{disk}.zst"], cancellationToken);
            File.Move($"{disk}.zst", finished, overwrite: true);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Where what is costly to make or fetch stays between runs.</summary>
    public static string CacheFolder() =>
        Environment.GetEnvironmentVariable("MAAS_TEST_CACHE") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "maas-tests");
}

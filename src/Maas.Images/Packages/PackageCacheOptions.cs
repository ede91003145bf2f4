using System.ComponentModel.DataAnnotations;

namespace Maas.Images.Packages;

/// <summary>What a <see cref="PackageCache"/> keeps, and how it fetches.</summary>
public sealed class PackageCacheOptions
{
    /// <summary>The folder of the files; created when it is missing. Nothing else may be in it.</summary>
    [Required]
    public required string Directory { get; init; }

    /// <summary>The most bytes of all files together. Those not used for longest are removed first. Default 20 GiB.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long MostBytes { get; init; } = 20L << 30;

    /// <summary>How many files are fetched at once, 1 to 256; more wait. Default 16.</summary>
    [Range(1, 256)]
    public int Fetches { get; init; } = 16;

    /// <summary>
    /// Bytes that must stay free on the disk (default 256 MiB), how long a mirror may send nothing (60 s), how many redirections are
    /// followed (5). The other options are of no use here.
    /// </summary>
    public Downloads.DownloadOptions Download { get; init; } = new();
}

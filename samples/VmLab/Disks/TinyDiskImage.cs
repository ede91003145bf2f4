using System.IO.Compression;
using VmLab.Processes;

namespace VmLab.Disks;

/// <summary>
/// A disk image of 48 MiB with a root file system that looks like a system with cloud-init and holds none: what a deployment writes
/// is judged from outside. It is written in seconds, also through a slow emulated controller, and most of it is holes.
/// </summary>
public static class TinyDiskImage
{
    /// <summary>Where the root file system begins, in bytes.</summary>
    public const int RootOffset = 9 << 20;

    private const int Size = 48;
    private const string Partitions = "label: gpt\nstart=2048, size=8MiB, type=L\nstart=18432, type=L, name=root\n";

    /// <summary>Makes the image, compressed by gzip, and returns its path.</summary>
    public static async Task<string> MakeAsync(string folder, CancellationToken cancellationToken)
    {
        var root = Path.Combine(folder, "tiny-root");
        Directory.CreateDirectory(Path.Combine(root, "etc/cloud/cloud.cfg.d"));
        await File.WriteAllTextAsync(Path.Combine(root, "etc/os-release"), "ID=tiny\n", cancellationToken);
        var (table, disk) = (Path.Combine(folder, "tiny.sfdisk"), Path.Combine(folder, "tiny.raw"));
        await File.WriteAllTextAsync(table, Partitions, cancellationToken);
        await using (var file = File.Create(disk)) file.SetLength(Size << 20);
        await HostCommand.RunAsync("sh", ["-c", $"sfdisk -q '{disk}' <'{table}'"], cancellationToken);
        string[] arguments = ["-q", "-t", "ext4", "-d", root, "-E", $"offset={RootOffset}", disk, "38M"];
        await HostCommand.RunAsync("mke2fs", arguments, cancellationToken);
        await using var source = File.OpenRead(disk);
        await using var packed = new GZipStream(File.Create(disk + ".gz"), CompressionLevel.Fastest);
        await source.CopyToAsync(packed, cancellationToken);
        return disk + ".gz";
    }
}

using Maas.Images.Archives;
using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Partitions;

namespace Maas.Images;

/// <summary>
/// A disk image, ISO, file system or archive in any format read here, identified by its content and never by its name:
/// what it is wrapped in, how it is divided, and the files inside. Needs no root and no mount.
/// </summary>
/// <example>
/// <code>
/// using var image = await DiskImage.OpenAsync("debian-12-generic-amd64.qcow2");
/// foreach (var volume in image.Volumes) Console.WriteLine($"{volume.Number} {volume.Content} {volume.Length}");
/// using var release = image.OpenTree(1).OpenRead("etc/os-release");
/// </code>
/// </example>
public sealed partial class DiskImage : IDisposable
{
    private readonly List<IDisposable> _owned;
    private readonly RandomAccessSource _disk;

    private DiskImage(RandomAccessSource disk, DiskFormat format, string compression, UnpackedFiles scratch, List<IDisposable> owned)
    {
        (_disk, Format, Compression, _owned) = (disk, format, compression, owned);
        Partitions = PartitionTable.Read(disk);
        var volumes = new List<Volume> { new(0, null, disk, scratch) };
        volumes.AddRange((Partitions?.Partitions ?? []).Select(partition =>
            new Volume(
                partition.Number,
                partition,
                disk.Slice(partition.Offset, Math.Clamp(disk.Length - partition.Offset, 0, partition.Length)),
                scratch)));
        Volumes = volumes;
    }

    /// <summary>What the disk is wrapped in.</summary>
    public DiskFormat Format { get; }

    /// <summary>What that is compressed with: <c>gzip</c>, <c>xz</c>, <c>zstd</c>, <c>bzip2</c>, <c>lz4</c>; empty if it is not.</summary>
    public string Compression { get; }

    /// <summary>The size a machine would see, in bytes.</summary>
    public long Length => _disk.Length;

    /// <summary>How the disk is divided; <see langword="null"/> when it is not.</summary>
    public PartitionTable? Partitions { get; }

    /// <summary>The whole disk, number 0, and each partition.</summary>
    public IReadOnlyList<Volume> Volumes { get; }

    /// <summary>The disk as a machine would see it, as a seekable stream that is good until the image is closed.</summary>
    public Stream OpenRead() => _disk.OpenStream();

    /// <summary>The files of a partition, or of an image that is a file system or archive itself.</summary>
    /// <param name="number">
    /// A partition's number; 0 for the whole image. <see langword="null"/> chooses: the whole image if it holds files itself, else the
    /// partition with an operating system on it (<c>/etc/os-release</c>), else the only one with files.
    /// </param>
    /// <exception cref="InvalidImageException">There is no such partition, or no file system known here on it, or no choice.</exception>
    public IFileTree OpenTree(int? number = null) => Choose(number).OpenTree();

    internal Volume Choose(int? number) => number is { } wanted ? VolumeOf(wanted) : Choose();

    private Volume VolumeOf(int number) =>
        Volumes.FirstOrDefault(volume => volume.Number == number)
        ?? throw new InvalidImageException("partition table", $"there is no partition {number}");

    private Volume Choose()
    {
        if (Volumes[0].HasTree) return Volumes[0];
        var readable = Volumes.Where(volume => volume.HasTree).ToList();
        return readable switch
        {
            [] when Volumes.Count > 1 => throw new InvalidImageException(
                "partition table",
                $"no partition has files that are read here: {string.Join(", ", Volumes.Skip(1).Select(Contents))}"),
            [] => Volumes[0],
            [var only] => only,
            _ => readable.Find(volume => volume.OpenTree().Resolve("etc/os-release") is not null)
                ?? throw new InvalidImageException(
                    "partition table", $"partitions {string.Join(", ", readable.Select(volume => volume.Number))} hold files; say which"),
        };

        static string Contents(Volume volume) => $"{volume.Number} holds {(volume.Content.Length == 0 ? "nothing known" : volume.Content)}";
    }

    /// <summary>Closes the image, and the stream it was opened from.</summary>
    public void Dispose()
    {
        foreach (var owned in Enumerable.Reverse(_owned)) owned.Dispose();
    }
}

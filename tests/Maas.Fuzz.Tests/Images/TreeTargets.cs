using Maas.Images.Ext;
using Maas.Images.Fat;
using Maas.Images.Iso;
using Maas.Images.SquashFs;

namespace Maas.Fuzz.Tests.Images;

/// <summary>File systems: ISO 9660 with its extensions, ext2 to ext4 with a journal to be replayed, FAT, and SquashFS with every compressor.</summary>
internal static class TreeTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Reading.Of("iso9660", bytes => Reading.Tree(new IsoFileTree(bytes)), SampleImage.Read("iso"), SampleImage.Read("iso-joliet"), SampleImage.Read("iso-zisofs")),
        Reading.Of("ext", bytes => Reading.Tree(new ExtFileTree(bytes)), SampleImage.Read("ext2"), SampleImage.Read("ext4"), SampleImage.Read("ext4-journal")),
        Reading.Of("fat", bytes => Reading.Tree(new FatFileTree(bytes)), SampleImage.Read("fat12"), SampleImage.Read("fat16"), SampleImage.Read("fat32")) with { Cases = 30_000 },
        Reading.Of(
            "squashfs", bytes => Reading.Tree(new SquashFileTree(bytes)),
            SampleImage.Read("squashfs-plain"), SampleImage.Read("squashfs-gzip"), SampleImage.Read("squashfs-xz"), SampleImage.Read("squashfs-lz4"), SampleImage.Read("squashfs-zstd")),
    ];
}

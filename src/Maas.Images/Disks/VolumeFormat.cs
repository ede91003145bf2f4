using Maas.Images.ArchiveTrees;
using Maas.Images.Bytes;
using Maas.Images.Ext;
using Maas.Images.Fat;
using Maas.Images.FileTrees;
using Maas.Images.Iso;
using Maas.Images.SquashFs;

namespace Maas.Images.Disks;

/// <summary>One kind of content: how it is known by its bytes, and how its files are read and changed (if they are).</summary>
internal sealed record VolumeFormat(
    Func<ImageBytes, string> Name,
    Func<ImageBytes, bool> Matches,
    Func<ImageBytes, Scratch, IFileTree>? Open,
    Func<WritableBytes, TimeProvider, IEditableFileTree>? Edit = null,
    Action<WritableBytes, TimeProvider>? Grow = null)
{
    /// <summary>Asked in this order. The strict come before the loose: FAT has hardly a signature at all.</summary>
    private static readonly VolumeFormat[] Known =
    [
        Unread("luks", 0, [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe]),
        Unread("xfs", 0, "XFSB"u8),
        Unread("btrfs", 0x10040, "_BHRfS_M"u8),
        Unread("lvm2", 512, "LABELONE"u8),
        Unread("swap", 4086, "SWAPSPACE2"u8),
        Unread("ntfs", 3, "NTFS    "u8),
        Unread("exfat", 3, "EXFAT   "u8),
        new(_ => "squashfs", SquashSuperblock.Matches, (bytes, _) => new SquashFileTree(bytes)),
        new(_ => "cpio", CpioIndex.Matches, CpioIndex.Open),
        new(ExtSuperblock.NameOf, ExtSuperblock.Matches, (bytes, _) => new ExtFileTree(bytes), ExtRecovery.Open, ExtGrowth.Grow),
        Unread("erofs", 1024, [0xe2, 0xe1, 0xf5, 0xe0]),
        new(_ => "iso9660", IsoVolume.Matches, (bytes, _) => new IsoFileTree(bytes)),
        new(FatGeometry.NameOf, FatGeometry.Matches, (bytes, _) => new FatFileTree(bytes), (bytes, time) => new FatEditTree(bytes, time)),
        new(_ => "tar", TarIndex.Matches, (bytes, _) => TarIndex.Open(bytes)),
    ];

    public static VolumeFormat? Sniff(ImageBytes bytes) => Array.Find(Known, format => format.Matches(bytes));

    private static VolumeFormat Unread(string name, long offset, ReadOnlySpan<byte> signature)
    {
        var expected = signature.ToArray();
        return new(_ => name, bytes => Has(bytes, offset, expected), null);
    }

    private static bool Has(ImageBytes bytes, long offset, ReadOnlySpan<byte> signature)
    {
        Span<byte> found = stackalloc byte[16];
        found = found[..signature.Length];
        return bytes.Read(offset, found) == found.Length && found.SequenceEqual(signature);
    }
}

using Maas.Images.Archives;
using Maas.Images.ArchiveTrees;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.SquashFs;

namespace Maas.Images.Disks;

/// <summary>One kind of content: how it is known by its bytes, and how its files are read and changed (if they are).</summary>
internal sealed record VolumeFormat(
    Func<RandomAccessSource, string> Name,
    Func<RandomAccessSource, bool> Matches,
    Func<RandomAccessSource, UnpackedFiles, IFileTree>? Open,
    Func<WritableBytes, TimeProvider, IEditableFileTree>? Edit = null,
    Action<WritableBytes, TimeProvider>? Grow = null)
{
    /// <summary>Asked in this order. The strict come before the loose: FAT has hardly a signature at all.</summary>
    private static readonly VolumeFormat[] Known =
    [
        .. VolumeSignatures.First.Select(Unread),
        new(_ => "squashfs", SquashSuperblock.Matches, (bytes, _) => new SquashFileTree(bytes)),
        new(_ => "cpio", CpioIndex.Matches, CpioIndex.Open) { IsDisk = false },
        new(ExtSuperblock.NameOf, ExtSuperblock.Matches, (bytes, _) => new ExtFileTree(bytes), ExtRecovery.Open, ExtGrowth.Grow)
        {
            Warning = ExtFileTree.WarningOf,
        },
        new(_ => "iso9660", IsoVolume.Matches, (bytes, _) => new IsoFileTree(bytes)) { Warning = IsoFileTree.WarningOf },
        new(FatGeometry.NameOf, FatGeometry.Matches, (bytes, _) => new FatFileTree(bytes), (bytes, time) => new FatEditTree(bytes, time)),
        new(_ => "tar", TarIndex.Matches, (bytes, _) => TarIndex.Open(bytes)) { IsDisk = false },
        .. VolumeSignatures.Rest.Select(Unread),
        .. VolumeSignatures.Programs.Select(known => Unread(known) with { IsDisk = false }),
    ];

    /// <summary>Whether this is something that a disk or a partition holds; an archive and a program are files.</summary>
    public bool IsDisk { get; init; } = true;

    /// <summary>What a reader of the files has to know, <see langword="null"/> for nothing: there is more than is shown.</summary>
    public Func<RandomAccessSource, string?>? Warning { get; init; }

    public static VolumeFormat? Sniff(RandomAccessSource bytes) => Array.Find(Known, format => format.Matches(bytes));

    private static VolumeFormat Unread(ContentSignature signature) => new(_ => signature.Name, signature.Matches, null);
}

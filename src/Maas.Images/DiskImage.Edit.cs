using Maas.Images.Archives;
using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.Edits;
using Maas.Images.Formats;
using Maas.Images.Formats.Qcow2;
using Maas.Images.Formats.Vhd;
using Maas.Images.Primitives;

namespace Maas.Images;

public sealed partial class DiskImage
{
    /// <summary>
    /// Opens an image to change files in it, or its size. A raw image is changed in place, and an edit that an earlier program committed
    /// and could not finish is finished first; one that was never committed is discarded. A qcow2 (packed as it was) or fixed VHD is
    /// rewritten by the commit.
    /// </summary>
    /// <param name="path">A raw disk, partition or file system image, a qcow2 or a fixed VHD, held exclusively until the session
    /// ends.</param>
    /// <param name="timeProvider">The clock for the timestamps of changed files; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="InvalidImageException">The image is damaged.</exception>
    /// <exception cref="NotSupportedException">The image is compressed as a whole, a qcow2 with snapshots, or of a format that is read and
    /// not written: convert it first (<see cref="WriteAsync"/>).</exception>
    /// <exception cref="IOException">Another program has the image open: an edit, a running virtual machine (QEMU), a loop
    /// device.</exception>
    public static Task<ImageEdit> EditAsync(
        string path,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Edit(new FileMedium(path), timeProvider), cancellationToken);

    internal static ImageEdit Edit(IEditMedium medium, TimeProvider? timeProvider)
    {
        try
        {
            EditSession.Recover(medium);
            var compression = CompressionOf(medium.Image);
            if (compression != CompressionFormat.None)
                throw new NotSupportedException($"The image is compressed with {NameOf(compression)}; write it raw first, then edit that.");
            var (disk, format) = Unwrap(medium.Image);
            IEditSession session = format == DiskFormat.Raw
                ? new EditSession(medium)
                : new RewriteSession(medium, disk, WriterOf(medium.Image, disk, format));
            return new ImageEdit(session, timeProvider ?? TimeProvider.System);
        }
        catch
        {
            medium.Dispose();
            throw;
        }
    }

    /// <summary>What writes an image of the same kind: packed as the old one is, with its identity.</summary>
    private static RewriteSession.Writer WriterOf(RandomAccessSource file, RandomAccessSource disk, DiskFormat format) =>
        (format, disk) switch
    {
        (DiskFormat.Qcow2, Qcow2Bytes { Snapshots: > 0 }) =>
            throw new NotSupportedException(
                "The qcow2 has snapshots, which an edit would lose; write the disk to an image of its own first, then edit that."),
        (DiskFormat.Qcow2, Qcow2Bytes old) =>
            (edited, target, cancellationToken) => Qcow2Writer.Write(edited, target, old.Compression, progress: null, cancellationToken),
        (DiskFormat.Vhd, _) when VhdFooter.Read(file) is { Kind: VhdKind.Fixed } footer =>
            (edited, target, cancellationToken) => VhdWriter.Write(edited, target, footer.Id, progress: null, cancellationToken),
        _ =>
            throw new NotSupportedException(
                $"The image is a {format} of a kind that is read here, not written; write it raw or as a qcow2 first, then edit that."),
    };

    internal static DiskImage OverRaw(RandomAccessSource disk)
    {
        var options = new DiskImageOptions();
        return new(disk, DiskFormat.Raw, "", new UnpackedFiles(options.TemporaryDirectory, options.MostUnpackedBytes), []);
    }

    /// <summary>An image file, with the journal of an edit that was committed but not carried through laid over it.</summary>
    private static (RandomAccessSource Bytes, IDisposable? Journal) WithJournal(RandomAccessSource image, string path)
    {
        var name = EditJournal.NameOf(OutputTarget.ResolveLinks(path));
        if (!File.Exists(name)) return (image, null);
        var file = new DurableFile(File.OpenHandle(name, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess));
        try
        {
            if (EditJournal.Read(file, image) is { } journal) return (new JournaledBytes(image, journal), file);
            file.Dispose();
            return (image, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

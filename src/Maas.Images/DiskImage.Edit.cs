using Maas.Images.Archives;
using Maas.Images.Bytes;
using Maas.Images.Disks;
using Maas.Images.Edits;

namespace Maas.Images;

public sealed partial class DiskImage
{
    /// <summary>
    /// Opens an image to change files in it, or its size. An edit that an earlier program committed and could not finish is finished
    /// first; one that was never committed is discarded.
    /// </summary>
    /// <param name="path">A raw disk, partition or file system image, held exclusively until the session ends.</param>
    /// <param name="timeProvider">Tells the time that changed files bear; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="NotSupportedException">The image is a qcow2 or compressed: convert it first (<see cref="WriteRawAsync"/>).</exception>
    /// <exception cref="IOException">Somebody else has the image open.</exception>
    public static Task<ImageEdit> EditAsync(string path, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Edit(new FileMedium(path), timeProvider), cancellationToken);

    internal static ImageEdit Edit(IEditMedium medium, TimeProvider? timeProvider)
    {
        var session = EditSession.Begin(medium);
        try
        {
            var compression = CompressionOf(session.Bytes);
            if (compression != CompressionFormat.None) throw new NotSupportedException($"The image is compressed with {NameOf(compression)}; write it raw first, then edit that.");
            if (Unwrap(session.Bytes).Format is var format && format != DiskFormat.Raw) throw new NotSupportedException($"The image is a {format}; write it raw first, then edit that.");
            return new ImageEdit(session, timeProvider ?? TimeProvider.System);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    internal static DiskImage OverRaw(ImageBytes disk) => new(disk, DiskFormat.Raw, "", new Scratch(new DiskImageOptions()), []);

    /// <summary>An image file, with the journal of an edit that was committed but not carried through laid over it.</summary>
    private static (ImageBytes Bytes, IDisposable? Journal) WithJournal(ImageBytes image, string path)
    {
        var name = FileMedium.JournalOf(path);
        if (!File.Exists(name)) return (image, null);
        var file = new StoredFile(File.OpenHandle(name, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess));
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

using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Qcow2;
using Maas.Images.Formats.Vhd;
using Maas.Images.Outputs;

namespace Maas.Images;

public sealed partial class DiskImage
{
    /// <summary>
    /// Writes the disk as a machine would see it: what a qcow2 cloud image becomes before it is put on a disk. Stretches of zeros
    /// become holes. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">The raw image; one that is there is replaced. A block device is refused
    /// (<see cref="DiskWriteOptions.AllowDevice"/>).</param>
    /// <param name="progress">Receives the number of bytes of <see cref="Length"/> that are done; <see langword="null"/> for no
    /// reports.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    /// <exception cref="InvalidImageException">The image is damaged.</exception>
    /// <exception cref="IOException">The destination is full.</exception>
    public Task WriteRawAsync(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        WriteAsync(path, DiskFormat.Raw, null, progress, cancellationToken);

    /// <summary>
    /// Writes the disk in a format: raw, qcow2 (version 3, compressed if the options say so) or fixed VHD. Stretches of zeros take no room,
    /// and the memory used does not depend on the size. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">
    /// The image to write; a file that is there is replaced, a block device overwritten if <see cref="DiskWriteOptions.AllowDevice"/> says
    /// so (<see cref="ImageOutput"/>).
    /// </param>
    /// <param name="format"><see cref="DiskFormat.Raw"/>, <see cref="DiskFormat.Qcow2"/> or <see cref="DiskFormat.Vhd"/>. A VHD has whole
    /// sectors of 512 bytes; the last is filled with zeros.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives the number of bytes of <see cref="Length"/> that are done; <see langword="null"/> for no
    /// reports.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    /// <exception cref="NotSupportedException">The format is not written here, cannot be packed, or does not hold a disk of this
    /// size.</exception>
    /// <exception cref="InvalidImageException">The image is damaged, or no disk: an archive, a program, a text.</exception>
    /// <exception cref="IOException">The destination is full, in use, or a device that is not allowed or does not read back what was
    /// written.</exception>
    public Task WriteAsync(
        string path,
        DiskFormat format,
        DiskWriteOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new DiskWriteOptions();
        if (format is not (DiskFormat.Raw or DiskFormat.Qcow2 or DiskFormat.Vhd))
            throw new NotSupportedException($"{format} is read here, not written.");
        if (format != DiskFormat.Qcow2 && options.Compression != DiskCompression.None)
            throw new NotSupportedException($"{format} cannot be compressed; qcow2 can.");
        if (Partitions is null && !Volumes[0].IsDisk) throw new InvalidImageException("image", NoDisk(Volumes[0]));
        var output = new OutputOptions { AllowDevice = options.AllowDevice };
        return Task.Run(() => format == DiskFormat.Raw
            ? ImageOutput.WriteRawAsync(path, _disk, output, progress, cancellationToken)
            : ImageOutput.WriteFileAsync(
                path,
                0,
                file => WriteInto(file, format, options, progress, cancellationToken),
                output,
                cancellationToken), cancellationToken);
    }

    /// <summary>Says what an archive or a program is; in an archive, which of its files looks like the disk.</summary>
    private static string NoDisk(Volume volume)
    {
        var what = $"it is {volume.Content}, not a disk";
        if (!volume.HasTree) return what;
        var disk = volume.OpenTree().Walk().FirstOrDefault(file => file.Kind == FileKind.File
            && Path.GetExtension(file.Path).ToUpperInvariant() is ".RAW" or ".IMG" or ".QCOW2" or ".VMDK" or ".VHD" or ".VHDX" or ".ISO");
        return disk is null
            ? $"{what}; extract what is in it"
            : $"{what}; extract {FileName.Printable(disk.Path)} from it and convert that";
    }

    private Task WriteInto(
        FileStream file,
        DiskFormat format,
        DiskWriteOptions options,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        if (format == DiskFormat.Qcow2) Qcow2Writer.Write(_disk, file, options.Compression, progress, cancellationToken);
        else VhdWriter.Write(_disk, file, options.Id ?? Guid.CreateVersion7(), progress, cancellationToken);
        return Task.CompletedTask;
    }
}

using System.Diagnostics.CodeAnalysis;
using Maas.Images.Archives;
using Maas.Images.ArchiveTrees;
using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.Formats;
using Maas.Images.Formats.Qcow2;
using Maas.Images.Formats.Vhd;
using Maas.Images.Formats.Vhdx;
using Maas.Images.Formats.Vmdk;
using Maas.Images.Primitives;

namespace Maas.Images;

[SuppressMessage("ApiDesign", "RS0026", Justification = "The overloads differ in a required parameter: no call is ambiguous.")]
public sealed partial class DiskImage
{
    /// <summary>
    /// Opens the image in a file; an edit of it that was committed but not carried through (<see cref="ImageEdit"/>) shows as done.
    /// </summary>
    /// <inheritdoc cref="OpenAsync(Stream, DiskImageOptions?, CancellationToken)"/>
    public static Task<DiskImage> OpenAsync(string path, DiskImageOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireReadable(path);
        return OpenAsync(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.RandomAccess),
            path,
            options,
            cancellationToken);
    }

    /// <summary>
    /// Opens an image. Reads its headers and partition table only; a compressed one is unpacked to a temporary file first.
    /// </summary>
    /// <param name="stream">Seekable; closed with the image, and when opening fails.</param>
    /// <param name="options">Where to unpack and how much at most; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    /// <exception cref="InvalidImageException">The wrapping or the partition table is damaged, or needs another file (a qcow2 with a
    /// backing file, a differencing VHD): those are refused, because they would read any file that an image names.</exception>
    public static Task<DiskImage> OpenAsync(Stream stream, DiskImageOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return OpenAsync(stream, null, options, cancellationToken);
    }

    /// <summary>Opening a pipe waits for a writer, possibly for ever, and a pipe is not read by position.</summary>
    private static void RequireReadable(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a directory, not an image.");
        if (FileStatus.OfTarget(path) is { Kind: FileKind.Pipe or FileKind.CharacterDevice or FileKind.Socket } status)
            throw new IOException(
                $"{path} is a {KindOf(status.Kind)}; an image is read from a file or a block device, for it is read by position.");
    }

    private static string KindOf(FileKind kind) =>
        kind switch { FileKind.Pipe => "pipe", FileKind.Socket => "socket", _ => "character device" };

    private static async Task<DiskImage> OpenAsync(
        Stream stream,
        string? path,
        DiskImageOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= new DiskImageOptions();
        var scratch = new UnpackedFiles(options.TemporaryDirectory, options.MostUnpackedBytes);
        var owned = new List<IDisposable> { stream, scratch };
        try
        {
            var bytes = StreamBytes.Over(stream, leaveOpen: true);
            if (path is not null)
            {
                (bytes, var journal) = WithJournal(bytes, path);
                if (journal is not null) owned.Add(journal);
            }

            var compression = CompressionOf(bytes);
            if (compression != CompressionFormat.None)
                bytes = await Task.Run(() => Unpack(bytes, scratch, cancellationToken), cancellationToken).ConfigureAwait(false);
            var (disk, format) = Unwrap(bytes);
            return new DiskImage(disk, format, NameOf(compression), scratch, owned);
        }
        catch
        {
            foreach (var item in Enumerable.Reverse(owned)) item.Dispose();
            throw;
        }
    }

    // Only an initrd may go on behind what is compressed.
    private static RandomAccessSource Unpack(RandomAccessSource packed, UnpackedFiles scratch, CancellationToken cancellationToken)
    {
        var plain = scratch.Unpack(packed, out var end, cancellationToken);
        return end == packed.Length || (CompressionOf(packed) == CompressionFormat.Gzip && IsZeros(packed, end)) ? plain
            : CpioIndex.Matches(plain) ? CpioIndex.Join(plain, packed, end)
            : throw new InvalidImageException($"{NameOf(CompressionOf(packed))} stream", "something else follows it", end);
    }

    private static (RandomAccessSource Disk, DiskFormat Format) Unwrap(RandomAccessSource bytes) =>
        Qcow2Header.Matches(bytes) ? (new Qcow2Bytes(bytes), DiskFormat.Qcow2)
        : VhdxHeader.Matches(bytes) ? (VhdxBytes.Open(bytes), DiskFormat.Vhdx)
        : VmdkHeader.Matches(bytes) ? (new VmdkBytes(bytes), DiskFormat.Vmdk)
        : VhdFooter.Matches(bytes) ? (VhdBytes.Open(bytes), DiskFormat.Vhd)
        : ContainerSignatures.NameOf(bytes) is { } name ? throw new InvalidImageException("image", $"it is {name}, which is not read here")
        : (bytes, DiskFormat.Raw);

    private static CompressionFormat CompressionOf(RandomAccessSource bytes) => Archives.Compression.Detect(bytes);

    /// <summary>Whether nothing but zeros follows, as on a tape; gzip itself takes that.</summary>
    private static bool IsZeros(RandomAccessSource bytes, long from)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = bytes.Read(from, buffer)) > 0; from += read)
            if (buffer.AsSpan(0, read).ContainsAnyExcept((byte)0)) return false;
        return true;
    }

    private static string NameOf(CompressionFormat compression) => compression switch
    {
        CompressionFormat.None => "",
        CompressionFormat.Zstandard => "zstd",
        _ => compression.ToString().ToLowerInvariant(),
    };
}

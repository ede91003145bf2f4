using Maas.Images.Bytes;
using Maas.Images.Disks;

namespace Maas.Images;

public sealed partial class DiskImage
{
    /// <summary>Opens the image in a file.</summary>
    /// <inheritdoc cref="OpenAsync(Stream, DiskImageOptions?, CancellationToken)"/>
    public static Task<DiskImage> OpenAsync(string path, DiskImageOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.RandomAccess), options, cancellationToken);

    /// <summary>
    /// Opens an image. Reads its headers and partition table only; a compressed one is unpacked to a temporary file first.
    /// </summary>
    /// <param name="stream">Seekable; closed with the image, and when opening fails.</param>
    /// <param name="options">Where to unpack and how much at most; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    /// <exception cref="InvalidImageException">The wrapping or the partition table is damaged, or needs another file (a qcow2 with a
    /// backing file, a differencing VHD): those are refused, for they would read whatever file an image names.</exception>
    public static async Task<DiskImage> OpenAsync(Stream stream, DiskImageOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var owned = new List<IDisposable> { stream };
        try
        {
            var bytes = StreamBytes.Over(stream, leaveOpen: true);
            await Task.CompletedTask.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return new DiskImage(bytes, DiskFormat.Raw, "", owned);
        }
        catch
        {
            foreach (var item in Enumerable.Reverse(owned)) item.Dispose();
            throw;
        }
    }
}

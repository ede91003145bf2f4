using System.Buffers;
using System.Security.Cryptography;

namespace Maas.Testing.Hardware;

/// <summary>A disk of a simulated machine: what was written to it, in a temporary file or only counted and hashed.</summary>
public sealed class SimulatedDisk : IDisposable
{
    private readonly string? _folder;
    private FileStream? _content;
    private bool _isInstalled;

    internal SimulatedDisk(SimulatedDiskModel model, string? folder) => (Model, _folder) = (model, folder);

    /// <summary>What kind of disk it is.</summary>
    public SimulatedDiskModel Model { get; }

    /// <summary>How many bytes of an image the disk begins with; 0 for a blank disk.</summary>
    public long ImageLength { get; private set; }

    /// <summary>The SHA-256 of those bytes, as written (decompressed); empty for a blank disk.</summary>
    public ReadOnlyMemory<byte> ImageSha256 { get; private set; }

    /// <summary>
    /// The installer that put a system on the disk: <c>debian-installer</c>, <c>subiquity</c> or <c>anaconda</c>;
    /// <see langword="null"/> for an image, a root archive, or a blank disk.
    /// </summary>
    public string? InstalledBy { get; private set; }

    /// <summary>The cloud-init configuration put into the system's root file system; <see langword="null"/> for none.</summary>
    public string? CloudConfig { get; internal set; }

    /// <summary>How often the disk was erased.</summary>
    public int Erasures { get; private set; }

    /// <summary>Whether firmware finds something to boot.</summary>
    public bool IsBootable => ImageLength > 0 || _isInstalled;

    /// <summary>Opens what was written for reading.</summary>
    /// <exception cref="InvalidOperationException">The disk is blank, or its machine keeps no content.</exception>
    public Stream OpenRead() =>
        _content is null
            ? throw new InvalidOperationException("The disk is blank or its content is not kept.")
            : new FileStream(_content.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes an image from the disk's beginning, in place of what was there.</summary>
    /// <exception cref="IOException">The image is larger than the disk, or the disk fails; what fits has been written.</exception>
    internal async Task WriteImageAsync(Stream image, CancellationToken cancellationToken)
    {
        Forget();
        if (_folder is not null)
        {
            var path = Path.Combine(_folder, $"maas-disk-{Guid.CreateVersion7():N}");
            _content = new FileStream(
                path,
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.ReadWrite | FileShare.Delete,
                1 << 16,
                FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            while (await image.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (ImageLength + read > Model.Size)
                    throw new IOException($"No space left on device: {Model.Name} has {Model.Size} bytes.");
                if (Model.FailsAfter is { } most && ImageLength + read > most)
                    throw new IOException($"error writing '/dev/{Model.Name}': Input/output error");
                hash.AppendData(buffer, 0, read);
                if (_content is not null) await _content.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                ImageLength += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (_content is not null) await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
        ImageSha256 = hash.GetHashAndReset();
    }

    internal void Erase()
    {
        Forget();
        Erasures++;
    }

    /// <summary>A system was installed, by an installer or of a root archive: the disk boots, and has no image.</summary>
    /// <param name="cloudConfig">The cloud-init configuration of the system; <see langword="null"/> for none.</param>
    /// <param name="by">The installer; <see langword="null"/> for a root archive.</param>
    internal void Install(string? cloudConfig, string? by = null)
    {
        Forget();
        (_isInstalled, CloudConfig, InstalledBy) = (true, cloudConfig, by);
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private void Forget()
    {
        _content?.Dispose();
        _content = null;
        _isInstalled = false;
        ImageLength = 0;
        ImageSha256 = default;
        (CloudConfig, InstalledBy) = (null, null);
    }
}

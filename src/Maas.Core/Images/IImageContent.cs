namespace Maas.Core.Images;

/// <summary>Where the bytes of boot resources are kept. Calls for one blob never overlap.</summary>
/// <remarks>
/// A blob is uploaded piece by piece, which may take days and outlive the process, and is readable once it is complete: its bytes are
/// all here, safe on disk, and have the SHA-256 that was promised.
/// </remarks>
public interface IImageContent
{
    /// <summary>How many bytes of a blob are here and safe on disk: all when it is complete, 0 for none.</summary>
    Task<long> LengthAsync(ImageBlob blob, CancellationToken cancellationToken);

    /// <summary>Adds the next piece, and returns once it is safe on disk. A piece that breaks off leaves nothing of itself.</summary>
    /// <param name="blob">Which blob.</param>
    /// <param name="offset">Where the piece belongs: <see cref="LengthAsync"/>.</param>
    /// <param name="bytes">Read to its end.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>The length afterwards.</returns>
    /// <exception cref="IOException">The offset is not the length, more came than was promised, or the disk refuses.</exception>
    Task<long> AppendAsync(ImageBlob blob, long offset, Stream bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Checks a blob of which all bytes have come, and makes it readable. <see langword="false"/> when they are not what was promised: then
    /// nothing of them is left. Completing what is complete is harmless.
    /// </summary>
    Task<bool> CompleteAsync(ImageBlob blob, CancellationToken cancellationToken);

    /// <summary>The bytes of a complete blob, seekable; <see langword="null"/> when it is not here or not complete.</summary>
    /// <exception cref="ImageUnavailableException">It is not here now, and may be later.</exception>
    Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken);

    /// <summary>Removes what is here of a blob, complete or not.</summary>
    Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken);

    /// <summary>
    /// An empty file for bytes whose hash is not known yet, on the disk that the images are kept on. It is gone when it is disposed, and
    /// when the process ends. Without an implementation it is in the system's folder for temporary files, which may be in memory.
    /// </summary>
    Stream CreateDraft() => DraftFile.Create(Path.GetTempPath());

    /// <summary>
    /// All that is kept here for boot resources, complete or not. The default is nothing: then
    /// <see cref="BootResources.CollectAsync"/> removes nothing.
    /// </summary>
    Task<IReadOnlyList<ImageBlob>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ImageBlob>>([]);

    /// <summary>
    /// Finds the other host of the store that has the first pieces of an upload. The default has no other hosts: all of them see the same
    /// bytes.
    /// </summary>
    /// <param name="blob">Which blob.</param>
    /// <param name="length">How many bytes of it that host has, at least 1.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The host; <see langword="null"/> when none has exactly so many.</returns>
    /// <exception cref="ImageUnavailableException">A host that may have them does not answer now.</exception>
    Task<IUploadHolder?> FindHolderAsync(ImageBlob blob, long length, CancellationToken cancellationToken) =>
        Task.FromResult<IUploadHolder?>(null);
}

/// <summary>Another host, which has the first pieces of an upload and takes the next one.</summary>
public interface IUploadHolder
{
    /// <summary>Sends the next piece there.</summary>
    /// <param name="piece">Read to its end.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>Why that host refused the piece, in words; <see langword="null"/> when it took it.</returns>
    /// <exception cref="ImageUnavailableException">It did not answer, or has other bytes by now. It may have taken the piece.</exception>
    Task<string?> AppendAsync(Stream piece, CancellationToken cancellationToken);
}

/// <summary>Bytes by what they are.</summary>
/// <param name="Sha256">Lower-case hex SHA-256 of all of them.</param>
/// <param name="Size">How many there are, at least 1.</param>
public sealed record ImageBlob(string Sha256, long Size);

namespace Maas.Core.Images;

/// <summary>Where the bytes of boot resources are kept, by the SHA-256 they shall have. Calls for one hash never overlap.</summary>
public interface IImageContent
{
    /// <summary>How many bytes are here and safe on disk; 0 for none.</summary>
    Task<long> LengthAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Writes bytes at <paramref name="offset"/>, cutting off what was behind it, and returns once they are safe on disk.</summary>
    /// <returns>The length afterwards.</returns>
    Task<long> AppendAsync(string sha256, long offset, Stream bytes, CancellationToken cancellationToken);

    /// <summary>The lower-case hex SHA-256 of the bytes that are here.</summary>
    Task<string> HashAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>All the bytes, seekable; <see langword="null"/> when there are none.</summary>
    Task<Stream?> OpenReadAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Removes the bytes, if they are here.</summary>
    Task DeleteAsync(string sha256, CancellationToken cancellationToken);
}

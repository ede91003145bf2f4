namespace Maas.Core.Images;

/// <summary>Reads sources of images. <c>Maas.Hosting</c> has one for simplestreams.</summary>
public interface IBootSourceReader
{
    /// <summary>Reads what a source offers now, and verifies its signature. It may be called while a session is open.</summary>
    /// <param name="source">The source; it need not be stored.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Exception">
    /// It cannot be reached or read, or is not what its keyring signs. The message is shown to operators: it names the file, and has no
    /// secret.
    /// </exception>
    Task<IReadOnlyList<OfferedImage>> ListAsync(BootSource source, CancellationToken cancellationToken);

    /// <summary>Begins to import from a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A session; dispose of it.</returns>
    /// <exception cref="Exception">As <see cref="ListAsync"/>.</exception>
    Task<BootSourceSession> OpenAsync(BootSource source, CancellationToken cancellationToken);

    /// <summary>
    /// Releases what earlier sessions fetched from other sources, incomplete files included. It is called at the beginning of each import,
    /// while no session is open.
    /// </summary>
    /// <param name="sources">The sources that images are selected of.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ReleaseOthersAsync(IReadOnlyList<BootSource> sources, CancellationToken cancellationToken);
}

/// <summary>A source whose index was read and verified. Used by one caller at a time.</summary>
public abstract class BootSourceSession : IAsyncDisposable
{
    /// <summary>All that it offers, in its order.</summary>
    public abstract IReadOnlyList<OfferedImage> Images { get; }

    /// <summary>Checks that the disk has space for images that are to be fetched.</summary>
    /// <param name="images">The images.</param>
    /// <exception cref="IOException">It has not.</exception>
    public abstract void RequireSpace(IReadOnlyList<OfferedImage> images);

    /// <summary>
    /// Brings the bytes of an image to where <see cref="IImageContent"/> completes them. What an earlier attempt has fetched is not fetched
    /// again.
    /// </summary>
    /// <param name="image">One of <see cref="Images"/>.</param>
    /// <param name="received">Receives the number of bytes that are here.</param>
    /// <param name="cancellationToken">Ends it; what was fetched stays for the next attempt.</param>
    /// <returns>
    /// Why the image cannot be deployed to a disk by this server; <see langword="null"/> when it can, or this is not known.
    /// </returns>
    /// <exception cref="Exception">
    /// The file cannot be reached, is not what the source promised, or the disk is full. The message is shown to operators.
    /// </exception>
    public abstract Task<string?> FetchAsync(OfferedImage image, IProgress<long> received, CancellationToken cancellationToken);

    /// <summary>Releases what was fetched, which <see cref="IImageContent"/> keeps now, and incomplete files.</summary>
    /// <param name="pending">Images whose incomplete files are kept for the next attempt.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public abstract Task CompleteAsync(IReadOnlyList<OfferedImage> pending, CancellationToken cancellationToken);

    /// <summary>Ends the session.</summary>
    public abstract ValueTask DisposeAsync();
}

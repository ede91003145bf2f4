namespace Maas.Images.Import;

/// <summary>
/// Where images come from: a simplestreams mirror, a distribution's archive, a directory of cloud images, an address, a file.
/// It says which files there are now and what they must hash to; fetching, checking and keeping them is <see cref="ImageImport"/>'s.
/// </summary>
public interface IImageSource
{
    /// <summary>The name under which the library keeps what comes from here, at most 80 characters or so. Two sources of one name and one
    /// <see cref="Selection"/> replace each other's images.</summary>
    string Name { get; }

    /// <summary>
    /// Which of the source's files are wanted, in words that are the same for the same choice. An import replaces the images of the
    /// same selection and keeps those of others: <c>noble</c> stays when <c>jammy</c> is imported from the same mirror. Empty unless
    /// the source offers a choice.
    /// </summary>
    string Selection => "";

    /// <summary>The files that shall be in the library.</summary>
    /// <param name="context">How to fetch metadata, and what was seen the last time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Downloads.UntrustedArchiveException">A signature, a hash or a date of the metadata is not what it must
    /// be.</exception>
    /// <exception cref="FileNotFoundException">The source has nothing of what is wanted.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default);
}

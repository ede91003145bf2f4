using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>What a source is given to work with.</summary>
public sealed class SourceContext
{
    internal SourceContext(Downloader downloader, IReadOnlyDictionary<string, string> marks, TimeProvider timeProvider) =>
        (Downloader, Marks, Time) = (downloader, marks, timeProvider);

    /// <summary>What the source's last <see cref="SourceListing.Marks"/> were; empty the first time.</summary>
    public IReadOnlyDictionary<string, string> Marks { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    internal Downloader Downloader { get; }

    /// <summary>Fetches a small file, such as metadata, from the first location that has it.</summary>
    /// <param name="locations">http or https; the preferred one first.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Downloads.UntrustedArchiveException">It is longer, or at an address that is not fetched from.</exception>
    /// <exception cref="HttpRequestException">No location can be reached or has it.</exception>
    public Task<byte[]> FetchAsync(IReadOnlyList<Uri> locations, int limit, CancellationToken cancellationToken = default) =>
        Downloader.FetchSmallAsync(locations, limit, cancellationToken);
}

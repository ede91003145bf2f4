namespace Maas.Images.Downloads;

/// <summary>One file to fetch.</summary>
/// <param name="Locations">Where the same bytes are, the preferred place first.</param>
/// <param name="Hash">What they must hash to.</param>
/// <param name="Length">How many they must be; <see langword="null"/> when only the mirror knows.</param>
/// <param name="Item">Its name in progress reports.</param>
internal sealed record DownloadRequest(IReadOnlyList<Uri> Locations, ContentHash Hash, long? Length, string Item)
{
    /// <summary>Is notified of what each place does; <see langword="null"/> for nothing.</summary>
    public IMirrorObserver? Observer { get; init; }

    /// <summary>In the place of <see cref="DownloadOptions.Retries"/>; <see langword="null"/> for that.</summary>
    public int? Retries { get; init; }

    /// <summary>
    /// Which locations are one server's, by its name: after a wrong hash each server, not each location, is tried once from the start.
    /// <see langword="null"/> when each location is a server.
    /// </summary>
    public Func<Uri, string>? ServerOf { get; init; }

    /// <summary>Who may open the part file meanwhile. Default: no other.</summary>
    public FileShare Share { get; init; } = FileShare.None;
}

/// <summary>Is notified of what the places of a file do.</summary>
internal interface IMirrorObserver
{
    /// <summary>Bytes came from a place.</summary>
    void Arrived(Uri mirror, int bytes);

    /// <summary>A place failed, or has not the file.</summary>
    void Failed(Uri mirror, Exception fault);

    /// <summary>All bytes of a file with the wrong hash came from a place, or from others of the same server.</summary>
    void Damaged(Uri mirror);
}

/// <summary>A file that has come, whole and as promised.</summary>
internal readonly record struct DownloadedFile(Sha256Digest Digest, long Length);

using System.ComponentModel.DataAnnotations;

namespace Maas.Images.Downloads;

/// <summary>How a <see cref="Downloader"/> fetches.</summary>
public sealed class DownloadOptions
{
    /// <summary>How many connections fetch parts of one large file at once, 1 to 16. Default 4; 1 fetches it in one piece.</summary>
    [Range(1, 16)]
    public int Connections { get; init; } = 4;

    /// <summary>
    /// Bytes that one connection fetches at a time, 64 KiB to 64 MiB. Default 4 MiB. A download takes this times
    /// <see cref="Connections"/> of memory; a file of at most two such parts comes over one connection.
    /// </summary>
    [Range(64 << 10, 64 << 20)]
    public int SegmentSize { get; init; } = 4 << 20;

    /// <summary>
    /// How often in a row a broken transfer is taken up again, on the next mirror if there is one, before giving up. Default 5. A mebibyte
    /// that arrives makes it whole again.
    /// </summary>
    [Range(0, 1000)]
    public int Retries { get; init; } = 5;

    /// <summary>The delay before a failed mirror is tried again, doubled for each further failure up to 64 times. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A transfer that brings nothing for this long is broken. Default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The most bytes a second over all downloads of one <see cref="Downloader"/>; <see langword="null"/> (default) for as fast as it goes.
    /// </summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>The largest file that is fetched, in bytes. Default 64 GiB.</summary>
    public long MostBytes { get; init; } = 64L << 30;

    /// <summary>Bytes that must stay free on the disk; a download that would take them is not begun. Default 256 MiB.</summary>
    public long SpareBytes { get; init; } = 256L << 20;

    /// <summary>
    /// How many redirections of one request are followed. Default 5. None leads away from http(s), or from https to http.
    /// </summary>
    [Range(0, 20)]
    public int Redirects { get; init; } = 5;
}

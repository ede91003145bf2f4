namespace Maas.Images.Debian;

/// <summary>Settings of a <see cref="DebianArchive"/>.</summary>
public sealed class DebianArchiveOptions
{
    /// <summary>The suites to take packages from; the newest version among them wins. On Debian: <see cref="AptSources.Read"/>.</summary>
    public required IReadOnlyList<DebianSource> Sources { get; init; }

    /// <summary>
    /// Where indexes and packages are kept between runs. Made when missing. Safe to delete, though what is known of the newest state of
    /// each suite, which shows a roll-back, goes with it.
    /// </summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Debian's name of the machines' architecture. Default <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>OpenPGP keyring for sources that name none. Default: where the package debian-archive-keyring puts it.</summary>
    public string Keyring { get; init; } = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>How long a verified index is used before it is requested again. Default 1 hour; zero requests it every time.</summary>
    public TimeSpan IndexLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How far the mirror's clock may be ahead of ours. Default 1 day.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How often a broken transfer is taken up again before giving up. Default 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the first retry, doubled for each further one. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A transfer that brings nothing for this long is broken. Default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

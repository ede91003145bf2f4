using System.Security.Cryptography;
using System.Text;
using Maas.Images.Debian;
using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>
/// The network installer of a Debian or Ubuntu archive: kernel and initrd of <c>dists/SUITE/main/installer-ARCH/</c>. The suite's signed
/// <c>InRelease</c> names the hash of the installer's list of hashes, and that the hash of each file.
/// </summary>
/// <example><code>
/// var source = new DebianInstallerSource { Archive = new() { Mirror = new("https://deb.debian.org/debian"), Suite = "bookworm" } };
/// </code></example>
public sealed class DebianInstallerSource : IImageSource
{
    private const int MostListBytes = 4 << 20;

    /// <summary>Default: <c>installer SUITE/ARCHITECTURE</c>.</summary>
    public string Name { get => field ?? $"installer {Archive.Suite}/{Architecture}"; init; }

    /// <summary>The archive and the suite. http or https only.</summary>
    public required DebianSource Archive { get; init; }

    /// <summary>Debian's name of the architecture. Default <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>Which build of the installer. Default <c>current</c>.</summary>
    public string Build { get; init; } = "current";

    /// <summary>The folder of the images: <c>images</c> (default), or <c>legacy-images</c> in Ubuntu 20.04.</summary>
    public string Folder { get; init; } = "images";

    /// <summary>
    /// The files that are wanted, as the installer's <c>SHA256SUMS</c> names them; <c>*</c> and <c>?</c> as in a shell. Default: kernel and
    /// initrd for network boot.
    /// </summary>
    public IReadOnlyList<string> Files
    {
        get => field ?? [$"netboot/*-installer/{Architecture}/linux", $"netboot/*-installer/{Architecture}/initrd.gz"];
        init;
    }

    /// <summary>
    /// OpenPGP keyring when <see cref="DebianSource.Keyring"/> names none. Default: where the package debian-archive-keyring puts it.
    /// </summary>
    public string Keyring { get; init; } = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>
    /// How old the Release file may be. Default <see langword="null"/>: until its own Valid-Until, but never older than what was seen
    /// before.
    /// </summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <summary>How far the mirror's clock may be ahead of ours. Default 1 day.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public async Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var suite =
            await SignedSuite.FetchAsync(context.Downloader, Archive, Keyring, ClockTolerance, context.Time.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
        var marks = SignatureRollbackCheck.Advance(context, suite.Release.MadeAt, MaximumAge, suite.Folder.AbsoluteUri);
        var folder = $"main/installer-{Architecture}/{Build}/{Folder}";
        var entry = suite.Release[$"{folder}/SHA256SUMS"] ?? throw new FileNotFoundException($"{suite.Folder} has no {folder}/SHA256SUMS.");
        var list = Encoding.UTF8.GetString(await FetchListAsync(context, suite.Folder, entry, cancellationToken).ConfigureAwait(false));

        List<SourceFile> files =
        [
            .. ChecksumList.Select(ChecksumList.Parse(list, suite.Folder.AbsoluteUri), Files).Select(file => new SourceFile.Remote
            {
                Name = file.Name,
                Locations = SignedText.Resolve([suite.Folder], $"{folder}/{file.Name}"),
                Hash = file.Hash,
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["release"] = Archive.Suite, ["arch"] = Architecture },
            }),
        ];
        return files.Count > 0
            ? new SourceListing(files, marks)
            : throw new FileNotFoundException($"{suite.Folder}{folder} has no {string.Join(", no ", Files)}.");
    }

    private static async Task<byte[]> FetchListAsync(
        SourceContext context,
        Uri folder,
        IndexEntry entry,
        CancellationToken cancellationToken)
    {
        var location = SignedText.Resolve([folder], entry.Path);
        var bytes = await context.FetchAsync(location, MostListBytes, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == entry.Sha256
            ? bytes
            : throw new UntrustedArchiveException(location[0].AbsoluteUri, "its SHA-256 is not the one that the Release file names");
    }
}

using Maas.Images.Archives;
using Maas.Images.Downloads;
using Maas.Images.Primitives;

namespace Maas.Images.Debian;

/// <summary>
/// A Debian archive on the network. Nothing of it is used that a signature does not cover: <c>InRelease</c> is signed by a
/// key of the keyring and of the requested suite, it names the hash of the package index, and that the hash of each package.
/// </summary>
/// <example><code>
/// using var http = new HttpClient();
/// var archive = new DebianArchive(new() { Sources = AptSources.ReadDebian(), CacheDirectory = "/var/cache/maas" }, http);
/// var package = await archive.FindAsync("busybox-static");
/// </code></example>
/// <remarks>Safe for use by several threads, and the cache directory by several processes.</remarks>
public sealed class DebianArchive : IPackageSource, IDisposable
{
    private const long LargestIndex = 1L << 30;
    private readonly DebianArchiveOptions _options;
    private readonly TimeProvider _time;
    private readonly Downloader _downloader;
    private readonly SemaphoreSlim _gate = new(1);
    private List<PackageIndex>? _indexes;
    private DateTimeOffset _loaded;

    /// <summary>Opens the archive. Nothing is fetched before the first question.</summary>
    /// <param name="options">Sources, cache and limits.</param>
    /// <param name="http">Used for all requests; stays the caller's. Its <see cref="HttpClient.Timeout"/> bounds the answer's start
    /// only.</param>
    /// <param name="timeProvider">The clock for the dates in signed files and for waits. Default: the system's.</param>
    public DebianArchive(DebianArchiveOptions options, HttpClient http, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Sources.Count == 0) throw new ArgumentException("An archive needs at least one source.", nameof(options));
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        var transfers = new DownloadOptions
        {
            Retries = options.Retries,
            RetryDelay = options.RetryDelay,
            StallTimeout = options.StallTimeout,
            SpareBytes = 0, // the host's own cache: it may fill the disk
        };
        _downloader = new Downloader(http, transfers, _time, allowFiles: true);
    }

    /// <inheritdoc/>
    /// <exception cref="UntrustedArchiveException">A source is not signed as it must be.</exception>
    /// <exception cref="HttpRequestException">A mirror cannot be reached.</exception>
    public async ValueTask<DebianPackage?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        var indexes = await LoadAsync(cancellationToken).ConfigureAwait(false);
        return indexes.SelectMany(index => index.Named(name)).MaxBy(package => package.Version)
            ?? indexes.SelectMany(index => index.Providing(name))
                .OrderBy(package => package.Name, StringComparer.Ordinal)
                .MaxBy(package => package.Version);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(
        DebianPackage package,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        var path = Path.Combine(
            Directory.CreateDirectory(Path.Combine(_options.CacheDirectory, "packages")).FullName, package.Sha256 + ".deb");
        using var held = await LockAsync(package.Sha256, cancellationToken).ConfigureAwait(false);
        await ArchiveCache.FetchAsync(
            _downloader, new Uri(package.Location), path, package.Size, package.Sha256, progress, cancellationToken)
            .ConfigureAwait(false);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 << 10);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<List<PackageIndex>> LoadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = _time.GetUtcNow();
            if (_indexes is not null && now - _loaded < _options.IndexLifetime) return _indexes;
            List<PackageIndex> indexes = [];
            foreach (var source in _options.Sources)
                indexes.AddRange(await LoadAsync(source, now, cancellationToken).ConfigureAwait(false));
            (_indexes, _loaded) = (indexes, now);
            return indexes;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<List<PackageIndex>> LoadAsync(DebianSource source, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var suite =
            await SignedSuite.FetchAsync(_downloader, source, _options.Keyring, _options.ClockTolerance, now, cancellationToken)
                .ConfigureAwait(false);
        await ReleaseRollbackCheck.AdvanceAsync(_options.CacheDirectory, suite, _time, cancellationToken).ConfigureAwait(false);
        List<PackageIndex> indexes = [];
        foreach (var component in source.Components)
        {
            var file =
                await FetchIndexAsync(
                    suite.Release, suite.Folder, $"{component}/binary-{_options.Architecture}/Packages", cancellationToken)
                    .ConfigureAwait(false);
            if (file is not null) indexes.Add(PackageIndex.Load(file, suite.Mirror));
        }

        return indexes;
    }

    /// <summary>Held by the one process that fetches what has this hash.</summary>
    private Task<IDisposable> LockAsync(string sha256, CancellationToken cancellationToken) =>
        FileLock.AcquireAsync(
            Path.Combine(Directory.CreateDirectory(Path.Combine(_options.CacheDirectory, "locks")).FullName, sha256),
            _time,
            cancellationToken);

    private async Task<string?> FetchIndexAsync(ReleaseFile release, Uri dist, string path, CancellationToken cancellationToken)
    {
        if (release[path] is not { } plain) return null;
        if (plain.Size > LargestIndex)
            throw new UntrustedArchiveException(new Uri(dist, path).AbsoluteUri, $"an index of {plain.Size} bytes is absurd");
        var folder = Directory.CreateDirectory(Path.Combine(_options.CacheDirectory, "indexes")).FullName;
        var target = Path.Combine(folder, plain.Sha256 + ".Packages");
        using var held = await LockAsync(plain.Sha256, cancellationToken).ConfigureAwait(false);
        if (await ArchiveCache.IsCompleteAsync(target, plain.Size, plain.Sha256, cancellationToken).ConfigureAwait(false)) return target;

        var packed = release[path + ".xz"] ?? release[path + ".gz"] ?? plain;
        var fetched = Path.Combine(folder, packed.Sha256 + ".fetched");
        await ArchiveCache.FetchAsync(_downloader, new Uri(dist, packed.Path), fetched, packed.Size, packed.Sha256, null, cancellationToken)
            .ConfigureAwait(false);
        await Task.Run(() => Unpack(fetched, target, plain, dist), cancellationToken).ConfigureAwait(false);
        File.Delete(fetched);
        return target;
    }

    private static void Unpack(string packed, string target, IndexEntry plain, Uri dist)
    {
        AtomicFile.Write(target, output =>
        {
            using var input = Compression.OpenRead(File.OpenRead(packed), plain.Size);
            using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            var buffer = new byte[128 << 10];
            for (int read; (read = input.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
                output.Write(buffer, 0, read);
            }

            if (Convert.ToHexStringLower(hash.GetHashAndReset()) != plain.Sha256)
                throw new UntrustedArchiveException(
                    new Uri(dist, plain.Path).AbsoluteUri, "unpacked, its SHA-256 is not the one the Release file names");
        });
    }
}

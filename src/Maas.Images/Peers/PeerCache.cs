using Maas.Images.Downloads;
using Maas.Images.Library;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Images.Peers;

/// <summary>
/// Gets the blobs that an <see cref="ImageLibrary"/> lacks from other hosts. Each is fetched once, however many readers wait for it, goes
/// on where it broke off, from another peer if need be, and is here when its SHA-256 is verified. Blobs that came this way are removed
/// again when <see cref="PeerCacheOptions.MostBytes"/> is reached; what was imported here is not.
/// </summary>
/// <remarks>
/// A copy is removed only while no reader has it open and a peer says that it keeps that blob for a reason of its own: two caches never
/// count on each other. One process at a time fetches into a library; others wait. Safe for use by several threads.
/// </remarks>
/// <example>
/// <code>
/// await using var cache = new PeerCache(library, new PeerKey(secret), token => Task.FromResult(peers));
/// using var image = await cache.OpenAsync(digest, length, token);
/// </code>
/// </example>
public sealed partial class PeerCache : IAsyncDisposable
{
    /// <summary>The header in which a peer says whether its blob is a copy as well: <c>original</c> or <c>copy</c>.</summary>
    public const string CopyHeader = "Maas-Image-Copy";

    /// <summary>
    /// The parameter of the query by which a host of the rack is asked to fetch the blob if it has it not, and to send it as it comes:
    /// <c>now</c> or <c>ahead</c>, as <see cref="PeerNeed"/> has it (see <see cref="OpenArrivingAsync"/>).
    /// </summary>
    public const string NeedParameter = "need";

    /// <summary>The most addresses of one peer that are tried.</summary>
    public const int MostAddresses = 16;

    internal const string Source = "peer copies";
    internal const string Reference = "peer copy";
    private const int MostAttempts = 5;
    private const int LeastRetries = 3;

    private readonly ImageLibrary _library;
    private readonly PeerAddresses _peers;
    private readonly PeerCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly Downloader _downloader;
    private readonly SemaphoreSlim _turns;
    private readonly SemaphoreSlim _room = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Sha256Digest, PeerFetch> _fetches = [];
    private readonly Dictionary<Sha256Digest, PeerFetchFailure> _failed = [];
    private Task<IDisposable>? _held;

    /// <summary>A cache. It does nothing by itself.</summary>
    /// <param name="library">Where blobs are kept.</param>
    /// <param name="key">Signs requests to peers.</param>
    /// <param name="peers">Lists the peers, those that are to be tried first in front; it is called for each fetch. One without addresses
    /// cannot be asked now, and may have each blob.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock, which should be one that the hosts have in common. Default: the system's.</param>
    /// <param name="logger">Where to log; <see langword="null"/> for nowhere.</param>
    public PeerCache(
        ImageLibrary library,
        PeerKey key,
        Func<CancellationToken, Task<IReadOnlyList<ImagePeer>>> peers,
        PeerCacheOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<PeerCache>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(peers);
        options ??= new PeerCacheOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MostBytes, 1L << 20);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SpareBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Fetches, Math.Clamp(options.Fetches, 1, 64));
        (_library, _options) = (library, options);
        _peers = new PeerAddresses(peers, options.RackMember, timeProvider ?? TimeProvider.System);
        (_time, _logger) = (timeProvider ?? TimeProvider.System, logger ?? NullLogger<PeerCache>.Instance);
        _http = PeerRequests.CreateClient(key, options, _time);
        _turns = new SemaphoreSlim(options.Fetches);
        _downloader = new Downloader(
            _http,
            new DownloadOptions
            {
                Connections = 1,
                RetryDelay = options.RetryDelay,
                StallTimeout = options.StallTimeout,
                BytesPerSecond = options.BytesPerSecond,
                MostBytes = options.MostBytes,
                SpareBytes = options.SpareBytes,
                Redirects = 0, // a signature goes to peers alone
            },
            _time);
    }

    /// <summary>The bytes that are free on the disk of a folder.</summary>
    internal Func<string, long> FreeBytes { get; init; } = FreeSpace.At;

    /// <summary>How it does.</summary>
    public PeerCacheState State
    {
        get
        {
            var bytes = _library.CopiesFor(Reference).Sum(copy => copy.Length);
            lock (_lock) return new PeerCacheState(bytes, _fetches.Count, new Dictionary<Sha256Digest, PeerFetchFailure>(_failed));
        }
    }

    /// <summary>Opens a blob, and fetches it first if it is not here.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="cancellationToken">Ends the wait. The fetch goes on.</param>
    /// <returns>
    /// The content, as <see cref="ImageLibrary.OpenRead"/> returns it; <see langword="null"/> when the blob could not be fetched, or not
    /// within <see cref="PeerCacheOptions.Patience"/>.
    /// </returns>
    public async Task<Stream?> OpenAsync(Sha256Digest digest, long length, CancellationToken cancellationToken = default)
    {
        if (Open(digest) is { } present) return present;
        using var patience = new CancellationTokenSource(_options.Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                if (Begin(digest, length, isUrgent: true) is not { } fetch) return null;
                var failure = await fetch.Running.WaitAsync(either.Token).ConfigureAwait(false);
                if (Open(digest) is { } fetched) return fetched;
                if (failure is not null && fetch.BeganUrgent) return null;
            }

            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // the patience ended
        }
    }

    /// <summary>
    /// Fetches a blob before a reader needs it. It waits for no room, and is given up when a reader needs another blob: then the next call
    /// goes on with it.
    /// </summary>
    /// <param name="digest">The blob.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is here.</returns>
    public async Task<bool> FetchAheadAsync(Sha256Digest digest, long length, CancellationToken cancellationToken = default)
    {
        if (_library.Contains(digest)) return true;
        if (Begin(digest, length, isUrgent: false) is not { } fetch) return false;
        await fetch.Running.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _library.Contains(digest);
    }

    /// <summary>Whether a blob is here only because it came from a peer.</summary>
    public bool IsCopy(Sha256Digest digest) => _library.IsCopy(digest, Reference);

    /// <summary>
    /// Removes copies, and parts of copies, of blobs that are not wanted any more. A copy that is being read is removed by a later call.
    /// </summary>
    /// <param name="wanted">The blobs that are wanted.</param>
    /// <param name="cancellationToken">Ends it between two blobs.</param>
    public async Task KeepOnlyAsync(IReadOnlySet<Sha256Digest> wanted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        foreach (var (digest, _, _) in _library.CopiesFor(Reference))
            if (!wanted.Contains(digest)) await _library.TryEvictAsync(digest, Reference, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            foreach (var part in Parts())
            {
                if (Sha256Digest.TryParse(part.Name, out var digest) && !wanted.Contains(digest) && !_fetches.ContainsKey(digest))
                    part.Delete();
            }

            foreach (var digest in _failed.Keys.Where(digest => !wanted.Contains(digest)).ToList()) _failed.Remove(digest);
        }
    }

    /// <summary>Takes back that a blob is kept because it came from a peer: the next collection removes it.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellationToken">Ends the wait for a collection that is running.</param>
    public Task ReleaseAsync(Sha256Digest digest, CancellationToken cancellationToken = default) =>
        _library.ReleaseAsync(digest, Reference, cancellationToken);

    /// <summary>Ends the fetches. What has come of them stays, to be gone on with.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested) return;
        await _end.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock) running = [.. _fetches.Values.Select(fetch => fetch.Running)];
        await Task.WhenAll(running).ConfigureAwait(false);
        if (_held is { IsCompletedSuccessfully: true } held) (await held.ConfigureAwait(false)).Dispose();
        _http.Dispose();
    }

    private Stream? Open(Sha256Digest digest)
    {
        if (_library.OpenRead(digest) is not { } content) return null;
        _library.Touch(digest, Reference);
        return content;
    }

    /// <summary>The fetch of a blob, which is begun if it does not run; null at the end, and if others are more urgent.</summary>
    private PeerFetch? Begin(Sha256Digest digest, long length, bool isUrgent)
    {
        lock (_lock)
        {
            if (_end.IsCancellationRequested) return null;
            var isRunning = _fetches.TryGetValue(digest, out var fetch);
            if (!isUrgent && !isRunning && _fetches.Values.Any(other => other.IsUrgent)) return null;
            if (fetch is null)
            {
                _fetches[digest] = fetch = new PeerFetch(digest, length, isUrgent, _end.Token);
                var begun = fetch;
                fetch.Running = Task.Run(() => RunAsync(begun), CancellationToken.None);
            }

            if (!isUrgent) return fetch;
            _failed.Remove(digest);
            if (fetch is { IsUrgent: false, IsFollowing: true }) fetch.Supersede(); // it asked another host for one that may wait
            fetch.IsUrgent = true;
            foreach (var other in _fetches.Values.Where(other => !other.IsUrgent)) other.Supersede();
            return fetch;
        }
    }

    private string PartOf(Sha256Digest digest) => Path.Combine(_library.DownloadsOf(Source), digest.ToString());

    private FileInfo[] Parts() => new DirectoryInfo(_library.DownloadsOf(Source)).GetFiles();
}

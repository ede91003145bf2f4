using System.Text;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Images;
using Maas.Images.Library;
using Maas.Images.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Images;

/// <summary>
/// Shares images with the other hosts of the store: announces where this host serves its own, and fetches what it lacks, when a machine
/// needs it or before. It is used by Core's images, so it looks Core up when that is there.
/// </summary>
internal sealed partial class PeerImages(
    IServiceProvider services, MaasOptions options, ImageLibrary library, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    : BackgroundService, IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan S_interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan S_longestPause = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = loggerFactory.CreateLogger<PeerImages>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<Sha256Digest, (DateTimeOffset Until, TimeSpan Pause)> _postponed = [];
    private readonly Lock _lock = new();
    private Sharing? _sharing;
    private bool _isOpened;
    private IReadOnlyList<Uri>? _announced;

    /// <summary>The key and the cache; <see langword="null"/> when images are not shared.</summary>
    public Sharing? Shared
    {
        get
        {
            lock (_lock)
            {
                if (_isOpened) return _sharing;
                _sharing = Open();
                _isOpened = true;
                return _sharing;
            }
        }
    }

    /// <summary>The core; it is there before the first request.</summary>
    public MaasCore Core => services.GetRequiredService<MaasCore>();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started.TrySetResult(); // the web server listens
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Sharing? sharing;
        lock (_lock) (sharing, _isOpened) = (_sharing, true);
        if (sharing is not null)
        {
            await sharing.Cache.DisposeAsync().ConfigureAwait(false);
            sharing.Uploads.Dispose();
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.ImagePeers.Enabled) return;
        await _started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (Shared is null) return;
                await AnnounceAsync(stoppingToken).ConfigureAwait(false);
                await PassAsync(stoppingToken).ConfigureAwait(false);
                await CollectAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                if (stoppingToken.IsCancellationRequested) return;
                LogPassFailed(failure);
            }

            await Task.Delay(S_interval, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Announces the addresses of this host if they are others than before.</summary>
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var addresses = services.GetRequiredService<PeerEndpointAddress>().Find(HostAddresses.Read());
        if (_announced is { } known && known.SequenceEqual(addresses)) return;
        await Core.Hosts.AnnounceAsync(addresses, options.ImagePeers.Rack, cancellationToken).ConfigureAwait(false);
        _announced = addresses;
    }

    /// <summary>Removes copies of images that were deleted, and fetches the newest version of each image, the smallest first.</summary>
    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        if (Shared is not { Cache: var cache }) return;
        if ((await ListPeersAsync(cancellationToken).ConfigureAwait(false)).Count == 0) return;
        var resources = await Core.BootResources.ListAsync(cancellationToken).ConfigureAwait(false);
        await cache.KeepOnlyAsync(
            resources.SelectMany(resource => resource.Sets).Select(set => Sha256Digest.Parse(set.File.Sha256)).ToHashSet(),
            cancellationToken).ConfigureAwait(false);
        if (!options.ImagePeers.FetchAhead) return;
        foreach (var file in resources.Select(Newest).OfType<BootResourceFile>().OrderBy(file => file.Size))
            await FetchAheadAsync(cache, Sha256Digest.Parse(file.Sha256), file.Size, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes images of this host, and parts of uploads, that were deleted through another one.</summary>
    internal async Task CollectAsync(CancellationToken cancellationToken)
    {
        if (await Core.BootResources.CollectAsync(cancellationToken).ConfigureAwait(false) is > 0 and var removed) LogRemoved(removed);
    }

    private static BootResourceFile? Newest(BootResource resource) =>
        resource.Sets.Select(set => set.File).LastOrDefault(file => file.IsComplete);

    private async Task FetchAheadAsync(PeerCache cache, Sha256Digest digest, long length, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var (until, pause) = _postponed.GetValueOrDefault(digest);
        if (until > now) return;
        if (await cache.FetchAheadAsync(digest, length, cancellationToken).ConfigureAwait(false))
        {
            _postponed.Remove(digest);
            return;
        }

        pause = pause == TimeSpan.Zero ? S_interval : pause * 2 < S_longestPause ? pause * 2 : S_longestPause;
        _postponed[digest] = (now + pause, pause);
    }

    private Sharing? Open()
    {
        // Where the application keeps images elsewhere, that is for it to share.
        if (!options.ImagePeers.Enabled || services.GetRequiredService<IImageContent>() is not PeerImageContent) return null;
        if (Core.DeriveSecret("image peers") is not { } secret)
        {
            LogNoSecret();
            return null;
        }

        var key = new PeerKey(Encoding.UTF8.GetBytes(secret.Reveal()));
        var limits = new PeerCacheOptions
        {
            MostBytes = options.ImagePeers.MostBytes,
            Fetches = options.ImagePeers.Fetches,
            BytesPerSecond = options.ImagePeers.BytesPerSecond,
            RackMember = options.ImagePeers.Rack is null ? null : Core.Controllers.Self.SystemId.ToString(),
        };
        // Another purpose has another key: what is signed for one is of no use for the other.
        var uploadKey = new PeerKey(Encoding.UTF8.GetBytes(Core.DeriveSecret("image uploads")!.Value.Reveal())); // there is a key
        return new Sharing(
            key,
            uploadKey,
            new PeerUploads(uploadKey, ListPeersAsync, Core.TimeProvider),
            new PeerCache(library, key, ListPeersAsync, limits, Core.TimeProvider, loggerFactory.CreateLogger<PeerCache>()),
            Core.TimeProvider);
    }

    /// <summary>
    /// The other hosts: in no order, so that they share the load, those of the rack first and those that are missing last. One that is
    /// stopped, or has not announced addresses yet, has none: it cannot be asked, and may have an image.
    /// </summary>
    private async Task<IReadOnlyList<ImagePeer>> ListPeersAsync(CancellationToken cancellationToken)
    {
        var (core, now) = (Core, Core.TimeProvider.GetUtcNow());
        HostStatus[] others =
        [
            .. (await core.Hosts.ListAsync(cancellationToken).ConfigureAwait(false)).Where(host =>
                host.SystemId != core.Controllers.Self.SystemId),
        ];
        Random.Shared.Shuffle(others);
        var (endpoint, network) = (services.GetRequiredService<PeerEndpointAddress>(), HostAddresses.Read());
        var own = endpoint.ListOwn(network);
        return
        [
            .. others.OrderBy(host => host.IsMissing(now)).ThenBy(host => IsOfRack(host) ? 0 : 1).Select(host => new ImagePeer(
                host.Hostname, host.State == HostState.Stopped ? [] : network.Reachable(host.ImageAddresses, own))
            {
                RackMember = IsOfRack(host) && host.State == HostState.Running && !host.IsMissing(now) ? host.SystemId.ToString() : null,
            }),
        ];
    }

    private bool IsOfRack(HostStatus host) => options.ImagePeers.Rack is { } rack && host.ImageRack == rack;

    [LoggerMessage(180, LogLevel.Warning, "Failed to fetch images of other hosts ahead of need, or to remove deleted ones; tried again")]
    private partial void LogPassFailed(Exception exception);

    [LoggerMessage(181, LogLevel.Warning, "Images are not shared with other hosts: Maas.Core has no SecretKeyFile")]
    private partial void LogNoSecret();

    [LoggerMessage(185, LogLevel.Information, "Removed {Count} images that were deleted through other hosts")]
    private partial void LogRemoved(int count);

    /// <summary>What images are shared with.</summary>
    /// <param name="Key">The key that the hosts have in common.</param>
    /// <param name="UploadKey">The key with which they sign pieces of uploads.</param>
    /// <param name="Uploads">The uploads at other hosts.</param>
    /// <param name="Cache">The images of other hosts.</param>
    /// <param name="Clock">The clock that the hosts have in common.</param>
    internal sealed record Sharing(
        PeerKey Key, PeerKey UploadKey, PeerUploads Uploads, PeerCache Cache, TimeProvider Clock);
}

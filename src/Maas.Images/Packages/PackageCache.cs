using System.Security.Cryptography;
using System.Text;
using Maas.Images.Downloads;

namespace Maas.Images.Packages;

/// <summary>
/// Keeps files of package mirrors that never change under their address, such as Debian packages and RPMs. Each is fetched once, however
/// many ask for it at the same time, and read while it arrives. It does not check signatures: package managers do. What cannot be the file
/// of its address (no ar archive as <c>.deb</c>, no lead of an <c>.rpm</c>, another digest than <c>by-hash/SHA256/</c> says) is not kept.
/// </summary>
/// <remarks>
/// A file has its name only when it is complete and on the disk. A fetch ends with its last reader. One process at a time
/// uses a folder. Safe for use by several threads.
/// </remarks>
/// <example><code>
/// await using var cache = PackageCache.Open(new() { Directory = "/var/cache/packages" }, Downloader.CreateClient());
/// using var file = await cache.OpenAsync(new Uri("http://deb.debian.org/debian/pool/main/h/hello/hello_2.10-3_amd64.deb"), token);
/// await file.Content.CopyToAsync(target, token);
/// </code></example>
public sealed class PackageCache : IAsyncDisposable
{
    private const int BufferSize = 128 << 10;
    private readonly PackageCacheOptions _options;
    private readonly MirrorClient _client;
    private readonly PackageShelf _shelf;
    private readonly SemaphoreSlim _turns;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PackageFetch> _fetches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();

    private PackageCache(PackageCacheOptions options, HttpClient http, TimeProvider timeProvider)
    {
        (_options, _client) = (options, new MirrorClient(http, options.Download, timeProvider, allowFiles: false));
        _shelf = PackageShelf.Open(options.Directory, options.MostBytes, timeProvider);
        _turns = new SemaphoreSlim(options.Fetches);
    }

    /// <summary>How many bytes the complete files have.</summary>
    public long Bytes => _shelf.Bytes;

    /// <summary>Opens a folder. What an earlier run left half-fetched is removed.</summary>
    /// <param name="options">The folder, and the limits.</param>
    /// <param name="http">Used for all requests; stays the caller's. <see cref="Downloader.CreateClient"/> makes one that fits.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    /// <exception cref="IOException">The folder cannot be used, or another process uses it.</exception>
    public static PackageCache Open(PackageCacheOptions options, HttpClient http, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        ArgumentException.ThrowIfNullOrEmpty(options.Directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MostBytes, 1L << 20);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Fetches, Math.Clamp(options.Fetches, 1, 256));
        return new PackageCache(options, http, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Opens a file, from the disk or from its mirror.</summary>
    /// <param name="url">Its address, http or https, without a password. The query is part of what identifies it.</param>
    /// <param name="cancellationToken">Ends the wait. Others who wait for the same file are not affected.</param>
    /// <returns>
    /// The file; <see langword="null"/> if the mirror does not say how long it is, or it is larger than a quarter of the cache: then
    /// nothing was fetched.
    /// </returns>
    /// <exception cref="UntrustedArchiveException">The address, or where it leads to, must not be fetched from.</exception>
    /// <exception cref="HttpRequestException">The mirror cannot be reached, or refuses: then with its status.</exception>
    /// <exception cref="InsufficientSpaceException">The disk has not the space.</exception>
    /// <exception cref="IOException">The mirror broke off, or the disk fails.</exception>
    public async Task<PackageFile?> OpenAsync(Uri url, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)));
        while (true)
        {
            var (whole, fetch) = Find(key, url);
            if (whole is not null) return new PackageFile(whole, whole.Length, isWhole: true);
            if (fetch!.TryJoin()) return await fetch.OpenAsync(cancellationToken).ConfigureAwait(false);
            // its last reader has just left, and it ends without a file
            await fetch.Running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock) running = [.. _fetches.Values.Select(fetch => fetch.Running)];
        await Task.WhenAll(running).ConfigureAwait(false);
        _shelf.Dispose();
        _turns.Dispose();
        _end.Dispose();
    }

    private (FileStream? Whole, PackageFetch? Fetch) Find(string key, Uri url)
    {
        lock (_lock)
        {
            if (_shelf.TryOpen(key) is { } whole) return (whole, null);
            if (!_fetches.TryGetValue(key, out var fetch))
            {
                _fetches[key] = fetch = new PackageFetch(_end.Token);
                fetch.Running = Task.Run(() => RunAsync(fetch, key, url), CancellationToken.None);
            }

            return (null, fetch);
        }
    }

    private async Task RunAsync(PackageFetch fetch, string key, Uri url)
    {
        try
        {
            await _turns.WaitAsync(fetch.Token).ConfigureAwait(false);
            try
            {
                await FetchAsync(fetch, key, url).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (Exception fault) when (MirrorRotation.IsOfMirror(fault) || fault is IOException or OperationCanceledException
            or UnauthorizedAccessException)
        {
            fetch.Fail(fault);
        }
        finally
        {
            lock (_lock) _fetches.Remove(key);
            fetch.End();
        }
    }

    private async Task FetchAsync(PackageFetch fetch, string key, Uri url)
    {
        using var answer = await _client.OpenAsync(new Mirror(url), 0, null, fetch.Token).ConfigureAwait(false);
        if (answer.Total is not { } length || length > _options.MostBytes / 4)
        {
            fetch.Refuse();
            return;
        }

        using var place = _shelf.Reserve(key, length, _options.Download.SpareBytes);
        using var check = PackageCheck.For(url, answer.Name);
        var hasBegun = check.HasBegun;
        if (hasBegun) fetch.Begin(place.Handle, length);
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        long arrived = 0;
        for (int read; (read = await _client.ReadAsync(answer, buffer, fetch.Token).ConfigureAwait(false)) > 0;)
        {
            if (arrived + read > length) throw new UntrustedArchiveException(answer.Name, $"it is longer than the {length} bytes promised");
            check.Add(buffer.AsSpan(0, read));
            await RandomAccess.WriteAsync(place.Handle, buffer.AsMemory(0, read), arrived, fetch.Token).ConfigureAwait(false);
            arrived += read;
            if (!check.HasBegun) continue;
            if (!hasBegun) fetch.Begin(place.Handle, length);
            hasBegun = true;
            if (arrived == length) check.Finish(); // no reader gets the end of a wrong file
            fetch.Arrive(arrived);
        }

        if (arrived != length)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"{answer.Name} broke off after {arrived} of {length} bytes.");
        if (!hasBegun || arrived == 0) check.Finish();
        place.Publish();
    }
}

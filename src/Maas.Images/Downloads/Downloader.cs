using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Maas.Images.Downloads;

/// <summary>
/// Fetches files whose hash is known: large ones over several connections, from the next mirror where one fails, from where a transfer
/// broke, in this run or a later one. Only http and https, never past the size that was promised, never without space on the disk.
/// </summary>
/// <example><code>
/// using var http = Downloader.CreateClient(new WebProxy("http://proxy:3128"));
/// var downloader = new Downloader(http, new() { BytesPerSecond = 10_000_000 });
/// var import = new ImageImport(library, downloader);
/// </code></example>
/// <remarks>Safe for use by several threads, which then share the rate.</remarks>
public sealed class Downloader
{
    private readonly DownloadOptions _options;
    private readonly TimeProvider _time;
    private readonly MirrorClient _client;

    /// <summary>A downloader over an HTTP client.</summary>
    /// <param name="http">Used for all requests; stays the caller's, and so do its proxy, certificates and credentials.</param>
    /// <param name="options">Connections, retries and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock for waits. Default: the system's.</param>
    public Downloader(HttpClient http, DownloadOptions? options = null, TimeProvider? timeProvider = null)
        : this(http, options ?? new DownloadOptions(), timeProvider ?? TimeProvider.System, allowFiles: false)
    {
    }

    internal Downloader(HttpClient http, DownloadOptions options, TimeProvider timeProvider, bool allowFiles)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Connections, Math.Clamp(options.Connections, 1, 16));
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.SegmentSize, Math.Clamp(options.SegmentSize, 64 << 10, 64 << 20));
        if (options.BytesPerSecond is { } rate) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        (_options, _time, _client) = (options, timeProvider, new MirrorClient(http, options, timeProvider, allowFiles));
    }

    /// <summary>
    /// A client fit for downloads: no cookies, no decompression, no redirection but what the downloader has checked, and no limit on the
    /// whole.
    /// </summary>
    /// <param name="proxy">The proxy; <see langword="null"/> for the one that the environment names (<c>https_proxy</c>), if any.</param>
    public static HttpClient CreateClient(IWebProxy? proxy = null) =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            Proxy = proxy,
            UseProxy = true
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    internal DownloadOptions Options => _options;

    /// <summary>Refuses a file whose metadata says that it is larger than any may be.</summary>
    /// <exception cref="UntrustedArchiveException">It is.</exception>
    internal void RequireBelowCap(Uri location, long length)
    {
        if (length > _options.MostBytes)
            throw new UntrustedArchiveException(
                RemotePath.Shown(location), $"it has {length} bytes, and at most {_options.MostBytes} are fetched");
    }

    /// <summary>Fetches a small file of unknown size and hash, such as signed metadata, from the first mirror that has it.</summary>
    /// <exception cref="UntrustedArchiveException">It is longer than <paramref name="limit"/>, or not at an address to fetch
    /// from.</exception>
    /// <exception cref="HttpRequestException">No mirror can be reached or has it.</exception>
    internal async Task<byte[]> FetchSmallAsync(IReadOnlyList<Uri> locations, int limit, CancellationToken cancellationToken)
    {
        var rota = new MirrorRotation(locations, _options.Retries);
        var pause = new RetryDelay(_options, _time, "", null);
        while (true)
        {
            var turn = rota.Next();
            try
            {
                using var answer = await _client.OpenAsync(turn.Mirror, 0, null, cancellationToken).ConfigureAwait(false);
                return await ReadSmallAsync(answer, limit, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (MirrorRotation.IsOfMirror(fault) && !cancellationToken.IsCancellationRequested)
            {
                if (rota.Failed(turn, fault) is not { } delays) throw;
                await pause.ForAsync(delays, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Fetches a file into its part file and checks it; what is there already is gone on with. The part stays for the caller to publish.
    /// </summary>
    /// <param name="request">What, and from where.</param>
    /// <param name="part">Its folder must be there. One caller at a time.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellationToken">Ends it; the part stays, to be gone on with.</param>
    /// <exception cref="UntrustedArchiveException">No mirror has a file of that length and hash. Nothing stays.</exception>
    /// <exception cref="HttpRequestException">No mirror can be reached or has it.</exception>
    /// <exception cref="InsufficientSpaceException">The disk has not the space. Nothing was begun.</exception>
    /// <exception cref="IOException">The disk is full after all, or failing: nothing stays. Or the mirrors broke off more often than there
    /// are retries.</exception>
    internal async Task<DownloadedFile> FetchAsync(
        DownloadRequest request,
        string part,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (request.Locations.Count == 0) throw new ArgumentException("A file has at least one location.", nameof(request));
        if (request.Length is { } length)
        {
            RequireBelowCap(request.Locations[0], length);
            // a file is in a folder
            FreeSpace.Require(Path.GetDirectoryName(Path.GetFullPath(part))!, length - LengthOf(part), _options.SpareBytes);
        }

        try
        {
            // A wrong hash may be one server's alone, or a part's that was begun when the server held another file: each is tried from the
            // start, but for one that has sent all the wrong bytes.
            var servers = new Queue<IReadOnlyList<Uri>>(ServersOf(request));
            var locations = request.Locations;
            var damaged = new List<Uri>();
            for (var round = 0; ; round++)
            {
                try
                {
                    return await FetchAsync(request, locations, part, damaged, progress, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception fault) when ((fault is UntrustedArchiveException || (round > 0 && MirrorRotation.IsOfMirror(fault)))
                    && TryNext(request, servers, damaged, out var next))
                {
                    File.Delete(part);
                    locations = next;
                }
                catch (UntrustedArchiveException)
                {
                    File.Delete(part);
                    throw;
                }
            }
        }
        catch (IOException fault) when (fault is not (HttpIOException or InsufficientSpaceException)
            && !cancellationToken.IsCancellationRequested)
        {
            DeleteQuietly(part);
            throw;
        }
    }

    private async Task<DownloadedFile> FetchAsync(
        DownloadRequest request,
        IReadOnlyList<Uri> locations,
        string part,
        List<Uri> damaged,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        var file = new FileStream(
            part, FileMode.OpenOrCreate, FileAccess.ReadWrite, request.Share, bufferSize: 0, FileOptions.Asynchronous);
        await using var closing = file.ConfigureAwait(false);
        using var hash = new RunningHash(request.Hash);
        var transfer = new Transfer(request, file, hash, _options, progress);
        await transfer.ResumeAsync(cancellationToken).ConfigureAwait(false);
        var isResumed = transfer.Position > 0;
        var rota = new MirrorRotation(locations, request.Retries ?? _options.Retries, request.Observer);
        var pause = new RetryDelay(_options, _time, request.Item, progress);
        if (await IsSegmentedAsync(transfer, rota, pause, cancellationToken).ConfigureAwait(false))
            await new SegmentedFetch(_client, rota, _options, pause).RunAsync(transfer, cancellationToken).ConfigureAwait(false);
        else
            await new StreamedFetch(_client, rota, pause).RunAsync(transfer, cancellationToken).ConfigureAwait(false);
        // Hash was parsed
        if (!hash.TryFinish(out var digest))
        {
            var wrong = new UntrustedArchiveException(
                RemotePath.Shown(locations[0]),
                $"its {request.Hash.Algorithm.Name!.Replace("SHA", "SHA-", StringComparison.Ordinal)} is not the one promised");
            // Of several servers, any may have sent the wrong bytes.
            var sender = IsOneServer(request, locations) ? locations[0] : request.ServerOf is null || isResumed ? null : rota.Sender;
            if (sender is not null) request.Observer?.Failed(sender, wrong);
            if (sender is not null && !isResumed)
            {
                damaged.Add(sender);
                request.Observer?.Damaged(sender);
            }

            throw wrong;
        }

        file.Flush(flushToDisk: true);
        return new DownloadedFile(digest, file.Length);
    }

    /// <summary>Whether several connections are useful and the mirror supports ranges, found out by a request for one byte.</summary>
    private async Task<bool> IsSegmentedAsync(Transfer transfer, MirrorRotation rota, RetryDelay pause, CancellationToken cancellationToken)
    {
        while (_options.Connections > 1 && (transfer.Length < 0 || transfer.Length - transfer.Position > 2L * _options.SegmentSize))
        {
            var turn = rota.Next();
            try
            {
                using var answer =
                    await _client.OpenAsync(turn.Mirror, transfer.Position, transfer.Position, cancellationToken).ConfigureAwait(false);
                if (answer.Total is not { } total || !answer.IsRange || turn.Mirror.Url.IsFile) return false;
                transfer.Agree(answer.Name, total);
                return transfer.Length - transfer.Position > 2L * _options.SegmentSize;
            }
            catch (Exception fault) when (MirrorRotation.IsOfMirror(fault) && !cancellationToken.IsCancellationRequested)
            {
                if (rota.Failed(turn, fault) is not { } delays) throw;
                await pause.ForAsync(delays, cancellationToken).ConfigureAwait(false);
            }
        }

        return false;
    }

    private async Task<byte[]> ReadSmallAsync(MirrorResponse answer, int limit, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = GC.AllocateUninitializedArray<byte>(64 << 10);
        for (int read; (read = await _client.ReadAsync(answer, buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + read > limit)
                throw new UntrustedArchiveException(answer.Name, $"it is longer than the {limit} bytes expected");
            bytes.Write(buffer.AsSpan(0, read));
        }

        return bytes.ToArray();
    }

    private static IEnumerable<IReadOnlyList<Uri>> ServersOf(DownloadRequest request) => request.ServerOf is { } serverOf
        ? request.Locations.GroupBy(serverOf, StringComparer.Ordinal).Select(group => (IReadOnlyList<Uri>)[.. group])
        : request.Locations.Select(location => (IReadOnlyList<Uri>)[location]);

    private static bool IsOneServer(DownloadRequest request, IReadOnlyList<Uri> locations) => locations.Count == 1
        || (request.ServerOf is { } serverOf && locations.Select(serverOf).Distinct(StringComparer.Ordinal).Count() == 1);

    private static bool TryNext(
        DownloadRequest request, Queue<IReadOnlyList<Uri>> servers, List<Uri> damaged, [NotNullWhen(true)] out IReadOnlyList<Uri>? next)
    {
        while (servers.TryDequeue(out next))
        {
            var first = next[0];
            if (request.ServerOf is not { } serverOf || !damaged.Exists(each => serverOf(each) == serverOf(first))) return true;
        }

        return false;
    }

    private static long LengthOf(string part) => File.Exists(part) ? new FileInfo(part).Length : 0;

    private static void DeleteQuietly(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (IOException)
        {
            // The first fault is the one to tell.
        }
    }
}

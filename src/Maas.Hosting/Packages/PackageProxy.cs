using System.Net;
using Maas.Images.Downloads;
using Maas.Images.Packages;
using Maas.Install.Recipes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Maas.Hosting.Packages;

/// <summary>
/// Answers requests for packages: files that never change from the cache, everything else from the mirror. The cache is opened by the first
/// request, so that a host without such requests has no folder for it.
/// </summary>
internal sealed partial class PackageProxy(
    IOptions<MaasOptions> options, UpstreamProxy upstream, IHttpForwarder forwarder, TimeProvider timeProvider,
    ILogger<PackageProxy> logger, RecipeCatalog? recipes = null)
    : IHostedService, IAsyncDisposable
{
    private const string Binary = "application/octet-stream";
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly ForwarderRequestConfig S_request = new() { ActivityTimeout = TimeSpan.FromSeconds(60) };
    private readonly PackageProxyOptions _options = options.Value.Packages;
    private readonly IReadOnlyList<Uri> _mirrors =
        [.. options.Value.Packages.Mirrors, .. (recipes?.All ?? []).Select(recipe => recipe.Mirror).OfType<Uri>()];

    private readonly HttpClient _http = Downloader.CreateClient(upstream);
    private readonly HttpMessageInvoker _forward = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        Proxy = upstream,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    });

    private readonly Lock _lock = new();
    private PackageCache? _cache;
    private DateTimeOffset _logged = DateTimeOffset.MinValue;

    /// <summary>What to do with a request to a proxy; <see langword="null"/> if it is one to this server.</summary>
    public PackageRequest? Read(HttpContext context) => PackageRequest.OfProxy(
        context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, _mirrors);

    public PackageRequest ReadPath(string method, string hostAndPath) => PackageRequest.OfPath(method, hostAndPath, _mirrors);

    public async Task AnswerAsync(HttpContext context, PackageRequest wanted)
    {
        await upstream.ChooseAsync(context.RequestAborted).ConfigureAwait(false);
        await (wanted switch
        {
            PackageRequest.Kept kept => SendAsync(context, kept.Url),
            PackageRequest.Forwarded forwarded => ForwardAsync(context, forwarded.Url),
            PackageRequest.Refused refused => RefuseAsync(context, refused.Status, refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        PackageCache? cache;
        lock (_lock) (cache, _cache) = (_cache, null);
        if (cache is not null) await cache.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
        _forward.Dispose();
    }

    private async Task SendAsync(HttpContext context, Uri url)
    {
        PackageFile? file;
        try
        {
            file = await Cache().OpenAsync(url, context.RequestAborted).ConfigureAwait(false);
        }
        catch (HttpRequestException fault) when (fault.StatusCode is { } status)
        {
            await RefuseAsync(context, (int)status, "The mirror refused.").ConfigureAwait(false);
            return;
        }
        catch (Exception fault) when (fault is HttpRequestException or HttpIOException or UntrustedArchiveException)
        {
            Report(url, fault.Message);
            await RefuseAsync(context, StatusCodes.Status502BadGateway, "The mirror cannot be reached.").ConfigureAwait(false);
            return;
        }
        catch (IOException fault)
        {
            if (MayLog()) LogDisk(fault.Message);
            file = null; // without a cache it is slower, and works
        }

        if (file is null)
        {
            await ForwardAsync(context, url).ConfigureAwait(false);
            return;
        }

        using (file)
        {
            if (file.IsWhole)
            {
                await Results.File(file.Content, Binary, enableRangeProcessing: true).ExecuteAsync(context).ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = Binary;
            context.Response.ContentLength = file.Length;
            await file.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task ForwardAsync(HttpContext context, Uri url)
    {
        var error = await forwarder.SendAsync(
            context, url.GetLeftPart(UriPartial.Authority), _forward, S_request, new ToMirror(url), context.RequestAborted)
            .ConfigureAwait(false);
        if (error is not (ForwarderError.None or ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled))
            Report(url, error.ToString());
    }

    private PackageCache Cache()
    {
        lock (_lock)
        {
            return _cache ??= PackageCache.Open(
                new PackageCacheOptions
                {
                    Directory = Path.Combine(options.Value.DataDirectory, "packages"),
                    MostBytes = _options.MostBytes,
                },
                _http,
                timeProvider);
        }
    }

    private void Report(Uri url, string reason)
    {
        if (MayLog()) LogUnreachable(url.Host, reason);
    }

    /// <summary>Failures are logged once a minute: every client can cause them.</summary>
    private bool MayLog()
    {
        lock (_lock)
        {
            var now = timeProvider.GetUtcNow();
            if (now - _logged < Silence) return false;
            _logged = now;
            return true;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync($"{reason}\n", context.RequestAborted);
    }

    [LoggerMessage(171, LogLevel.Warning, "The package mirror {Host} does not answer: {Reason}")]
    private partial void LogUnreachable(string host, string reason);

    [LoggerMessage(172, LogLevel.Warning, "The package cache cannot be used, and packages are forwarded without it: {Reason}")]
    private partial void LogDisk(string reason);

    /// <summary>A request goes to its own address, without what is for this server.</summary>
    private sealed class ToMirror(Uri url) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            proxyRequest.RequestUri = url;
            proxyRequest.Headers.Host = null;
            foreach (var name in (string[])["Authorization", "Proxy-Authorization", "Proxy-Connection", "Cookie"])
                proxyRequest.Headers.Remove(name);
        }
    }
}

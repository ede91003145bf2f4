using Maas.Images;
using Maas.Images.Library;
using Maas.Images.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.Images;

/// <summary>
/// Serves images to the other hosts of the store, by digest: to requests that are signed with their common key, and only those that a
/// record of the store names. It fetches for hosts of its rack alone, which ask those before them in an order that all have: hosts that
/// lack an image do not ask each other in circles.
/// </summary>
internal sealed partial class PeerEndpoint(
    PeerImages peers,
    ImageLibrary library,
    MaasOptions options,
    TimeProvider timeProvider,
    IHostApplicationLifetime lifetime,
    ILogger<PeerEndpoint> logger)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _logged = DateTimeOffset.MinValue;
    private int _transfers;

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix) => endpoints.MapMethods(
            $"{prefix.TrimEnd('/')}/{PeerEndpointAddress.Folder}{{sha256}}", [HttpMethods.Get, HttpMethods.Head],
            (RequestDelegate)(static context => context.RequestServices.GetRequiredService<PeerEndpoint>().ServeAsync(context)))
        .WithMetadata(new PeerEndpointMetadata());

    private async Task ServeAsync(HttpContext context)
    {
        if (peers.Shared is not { } sharing || !Sha256Digest.TryParse((string?)context.Request.RouteValues["sha256"], out var digest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!sharing.Key.Verify(context.Request.Headers.Authorization.ToString(), digest, sharing.Clock.GetUtcNow()))
        {
            if (MayLog()) LogRefused(context.Connection.RemoteIpAddress?.ToString() ?? "a Unix socket");
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method)) // sends no bytes, and a host that is busy can answer it
        {
            await SendAsync(context, sharing.Cache, digest).ConfigureAwait(false);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _transfers) > options.ImagePeers.Transfers)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
                return;
            }

            await SendAsync(context, sharing.Cache, digest).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _transfers);
        }
    }

    private async Task SendAsync(HttpContext context, PeerCache cache, Sha256Digest digest)
    {
        var resources = await peers.Core.BootResources.ListAsync(context.RequestAborted).ConfigureAwait(false);
        var file = resources.SelectMany(resource => resource.Sets).Select(set => set.File)
            .FirstOrDefault(file => file.IsComplete && Sha256Digest.Parse(file.Sha256) == digest);
        if (file is not null && library.OpenRead(digest) is { } content)
            await SendAsync(context, cache, digest, content).ConfigureAwait(false);
        else if (file is not null && IsOfRack && HttpMethods.IsGet(context.Request.Method) && NeedOf(context.Request) is { } need)
            await SendArrivingAsync(context, cache, digest, file.Size, need).ConfigureAwait(false);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static async Task SendAsync(HttpContext context, PeerCache cache, Sha256Digest digest, Stream content)
    {
        context.Response.Headers[PeerCache.CopyHeader] = cache.IsCopy(digest) ? "copy" : "original";
        await Results.File(
            content, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{digest}\""), enableRangeProcessing: true)
            .ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a blob that is being fetched, or that is fetched for this request. A host that stops fetches nothing any more.
    /// </summary>
    private async Task SendArrivingAsync(HttpContext context, PeerCache cache, Sha256Digest digest, long length, PeerNeed need)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            var headers = context.Request.GetTypedHeaders();
            var from = headers.Range is { Unit.Value: "bytes", Ranges.Count: 1 } range
                && range.Ranges.First() is { From: { } first, To: null } && first < length ? first : 0;
            var arrival = await cache.OpenArrivingAsync(digest, length, from, need, either.Token).ConfigureAwait(false);
            if (from > 0 && arrival is PeerArrival.Partial { Content: var other, Beginning: var beginning }
                && headers.IfRange?.EntityTag is { } condition && !condition.Compare(TagOf(digest, beginning), useStrongComparison: true))
            {
                await other.DisposeAsync().ConfigureAwait(false); // what the other host has is of another beginning
                from = 0;
                arrival = await cache.OpenArrivingAsync(digest, length, from, need, either.Token).ConfigureAwait(false);
            }

            switch (arrival)
            {
                case PeerArrival.Complete whole:
                    await SendAsync(context, cache, digest, whole.Content).ConfigureAwait(false);
                    break;
                case PeerArrival.Partial part:
                    await using (part.Content.ConfigureAwait(false))
                        await SendAsync(context, part, TagOf(digest, part.Beginning), from, length, either.Token).ConfigureAwait(false);
                    break;
                case PeerArrival.Failed:
                    context.Response.StatusCode = StatusCodes.Status404NotFound; // it has it not
                    break;
                default:
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    context.Response.Headers.RetryAfter = need == PeerNeed.Now ? "1" : "5";
                    break;
            }
        }
        catch (OperationCanceledException) when (!context.Response.HasStarted && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            context.Abort(); // the fetch ended or began anew; the other host notices it by the length
        }
    }

    private static async Task SendAsync(
        HttpContext context, PeerArrival.Partial part, EntityTagHeaderValue tag, long from, long length,
        CancellationToken cancellationToken)
    {
        var (response, headers) = (context.Response, context.Response.GetTypedHeaders());
        response.StatusCode = from > 0 ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        if (from > 0) headers.ContentRange = new ContentRangeHeaderValue(from, length - 1, length);
        (response.ContentType, response.ContentLength, headers.ETag) = ("application/octet-stream", length - from, tag);
        response.Headers[PeerCache.CopyHeader] = "copy";
        await part.Content.CopyToAsync(response.Body, cancellationToken).ConfigureAwait(false);
    }

    private bool IsOfRack => options.ImagePeers.Rack is not null && !lifetime.ApplicationStopping.IsCancellationRequested;

    private static PeerNeed? NeedOf(HttpRequest request) => request.Query[PeerCache.NeedParameter].ToString() switch
    {
        "now" => PeerNeed.Now,
        "ahead" => PeerNeed.Ahead,
        _ => null,
    };

    /// <summary>
    /// The tag of the bytes of one beginning. That of the first one is the tag of the whole, which it nearly always becomes.
    /// </summary>
    private static EntityTagHeaderValue TagOf(Sha256Digest digest, int beginning) =>
        new(beginning == 0 ? $"\"{digest}\"" : $"\"{digest}.{beginning}\"");

    /// <summary>Refusals are logged once a minute: any client can cause them.</summary>
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

    [LoggerMessage(182, LogLevel.Warning,
        "Refused {Client} an image: the request has no valid signature of another host. Do the hosts have the same secret.key?")]
    private partial void LogRefused(string client);
}

/// <summary>Marks the endpoint of images for other hosts.</summary>
internal sealed class PeerEndpointMetadata;

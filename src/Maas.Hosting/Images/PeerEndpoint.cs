using Maas.Images;
using Maas.Images.Library;
using Maas.Images.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.Images;

/// <summary>
/// Serves images to the other hosts of the store, by digest: to requests that are signed with their common key, and only those that a
/// record of the store names. It never fetches: two hosts that lack an image do not ask each other in circles.
/// </summary>
internal sealed partial class PeerEndpoint(
    PeerImages peers, ImageLibrary library, MaasOptions options, TimeProvider timeProvider, ILogger<PeerEndpoint> logger)
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
        if (!resources.Any(resource => resource.Sets.Any(set => set.File.IsComplete && Sha256Digest.Parse(set.File.Sha256) == digest))
            || library.OpenRead(digest) is not { } content)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.Headers[PeerCache.CopyHeader] = cache.IsCopy(digest) ? "copy" : "original";
        await Results.File(
            content, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{digest}\""), enableRangeProcessing: true)
            .ExecuteAsync(context).ConfigureAwait(false);
    }

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

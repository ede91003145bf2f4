using System.Globalization;
using Maas.Core.Images;
using Maas.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Images;

/// <summary>
/// Takes pieces of uploads from the other hosts of the store: <c>HEAD SHA256/upload</c> says how many bytes are here, in
/// <c>Upload-Offset</c>, and <c>PUT SHA256/upload?offset=N</c> appends a piece, or answers 409 when not exactly N bytes are here. Requests
/// are signed as those for images are (<see cref="PeerUploads.SubjectOf"/>).
/// </summary>
internal sealed class PeerUploadEndpoint(PeerImages peers, LibraryImageContent content)
{
    /// <summary>The last segment of the URL.</summary>
    public const string Segment = "upload";

    /// <summary>The header with the number of bytes that are here.</summary>
    public const string OffsetHeader = "Upload-Offset";

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix) => endpoints.MapMethods(
        $"{prefix.TrimEnd('/')}/{PeerEndpointAddress.Folder}{{sha256}}/{Segment}", [HttpMethods.Head, HttpMethods.Put],
        (RequestDelegate)(static context => context.RequestServices.GetRequiredService<PeerUploadEndpoint>().ServeAsync(context)));

    private async Task ServeAsync(HttpContext context)
    {
        var isPut = HttpMethods.IsPut(context.Request.Method);
        var offset = 0L;
        if (peers.Shared is not { } sharing || !Sha256Digest.TryParse((string?)context.Request.RouteValues["sha256"], out var digest)
            || (isPut && !TryReadOffset(context.Request, out offset)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var subject = PeerUploads.SubjectOf(isPut ? HttpMethods.Put : HttpMethods.Head, digest, offset);
        if (!sharing.UploadKey.Verify(context.Request.Headers.Authorization.ToString(), subject, sharing.Clock.GetUtcNow()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (isPut)
        {
            await AppendAsync(context, digest, offset).ConfigureAwait(false);
            return;
        }

        var here = await content.LengthAsync(new ImageBlob(digest.ToString(), 0), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = here > 0 ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        if (here > 0) context.Response.Headers[OffsetHeader] = here.ToString(CultureInfo.InvariantCulture);
    }

    private async Task AppendAsync(HttpContext context, Sha256Digest digest, long offset)
    {
        // The host that sends it has applied the limit of a piece; here the announced size is the limit.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        var result = await peers.Core.BootResources
            .AppendHereAsync(digest.ToString(), offset, context.Request.Body, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = result switch
        {
            UploadResult.Taken => StatusCodes.Status204NoContent,
            UploadResult.Refused => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status409Conflict,
        };
        if (result is UploadResult.Refused refused)
            await context.Response.WriteAsync(refused.Reason, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool TryReadOffset(HttpRequest request, out long offset) =>
        long.TryParse(request.Query["offset"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out offset) && offset > 0;
}

using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Maas.Api.Requests;

/// <summary>Reads a request's body up to a limit the caller's trust decides, and as a form when its type says it is one.</summary>
internal static class RequestBody
{
    // What a caller claims to send is not allocated before some of it has come.
    private const int FirstBuffer = 4096;
    private const int Earnest = 1024 * 1024;

    /// <summary>The body's fields; empty when it has no type (cloud-init's web hook) or one that is not a form.</summary>
    public static async Task<FormParse> ReadFormAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return new FormParse.Read(RequestForm.Empty);
        var multipart = type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
        if (!multipart && !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return new FormParse.Read(RequestForm.Empty);

        if (await ReadAsync(request, limit, cancellationToken).ConfigureAwait(false) is not { } body) return new FormParse.TooLarge(limit);
        return multipart
            ? MultipartBody.Parse(body, HeaderUtilities.RemoveQuotes(type.Boundary).ToString())
            : UrlEncodedBody.Parse(body.Span);
    }

    /// <summary>The whole body, or null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) return null;
        Allow(request, limit);

        var body = new ArrayBufferWriter<byte>((int)Math.Min(FirstBuffer, (request.ContentLength ?? FirstBuffer) + 1));
        while (true)
        {
            // After a megabyte the rest is believed, and the buffer grows once more instead of by doubling.
            var more = body.FreeCapacity > 0 ? 1
                : body.WrittenCount < Earnest ? FirstBuffer
                : (int)Math.Max(4096, (request.ContentLength ?? 0) - body.WrittenCount + 1);
            var read = await request.Body.ReadAsync(body.GetMemory(more), cancellationToken).ConfigureAwait(false);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > limit) return null;
        }
    }

    /// <summary>Lets the server read up to <paramref name="limit"/> bytes (and one more, so that it is we who notice the excess).</summary>
    public static void Allow(HttpRequest request, long limit)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limit + 1;
    }
}

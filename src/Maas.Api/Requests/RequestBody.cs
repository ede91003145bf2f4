using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Maas.Api.Requests;

/// <summary>Reads a request's body up to a limit the caller's trust decides, and as a form when its type says it is one.</summary>
internal static class RequestBody
{
    // What a caller claims to send is not reserved before it comes.
    private const int FirstBuffer = 1024 * 1024;

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

        var body = new ArrayBufferWriter<byte>((int)Math.Min(FirstBuffer, request.ContentLength ?? 4096) + 1);
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken).ConfigureAwait(false);
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

using System.Buffers;
using System.Globalization;
using Maas.Boot;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.BootHttp;

/// <summary>Sends a <see cref="BootFile"/> over HTTP with ranges, HEAD, validator and an exact length.</summary>
internal static class BootFileResult
{
    // Few large writes cost less than many small ones; the comparison with nginx is still to be made.
    private const int BufferSize = 256 * 1024;

    /// <summary>Answers one GET or HEAD; returns how many bytes of the file were sent.</summary>
    public static async Task<long> SendAsync(HttpContext context, BootFile file)
    {
        var entityTag = file.EntityTag is { } tag ? new EntityTagHeaderValue($"\"{tag}\"") : null;
        var plan = ByteRangePlan.For(context.Request.GetTypedHeaders(), file.Length, entityTag);
        var response = context.Response;
        response.StatusCode = plan.StatusCode;
        response.Headers.AcceptRanges = "bytes";
        if (entityTag is not null) response.Headers.ETag = entityTag.ToString();
        switch (plan.StatusCode)
        {
            case StatusCodes.Status206PartialContent:
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {plan.Offset}-{plan.Offset + plan.Count - 1}/{file.Length}");
                break;
            case StatusCodes.Status416RangeNotSatisfiable:
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
                return 0;
            case StatusCodes.Status304NotModified or StatusCodes.Status412PreconditionFailed:
                return 0;
        }

        response.ContentType = "application/octet-stream";
        response.ContentLength = plan.Count;
        if (HttpMethods.IsHead(context.Request.Method)) return 0;
        return await CopyAsync(file, plan, response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<long> CopyAsync(BootFile file, ByteRangePlan plan, Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, Math.Max(plan.Count, 1)));
        try
        {
            long sent = 0;
            while (sent < plan.Count)
            {
                var wanted = (int)Math.Min(buffer.Length, plan.Count - sent);
                var read = await file.ReadAsync(buffer.AsMemory(0, wanted), plan.Offset + sent, cancellationToken).ConfigureAwait(false);
                // The length is already promised: a short file must break the connection, not look complete.
                if (read == 0) throw new IOException($"The file ended {plan.Count - sent} bytes early.");
                await body.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                sent += read;
            }

            return sent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

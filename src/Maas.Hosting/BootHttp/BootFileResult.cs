using System.Globalization;
using System.IO.Pipelines;
using Maas.Boot;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.BootHttp;

/// <summary>Sends a <see cref="BootFile"/> over HTTP with ranges, HEAD, validator and an exact length.</summary>
internal static class BootFileResult
{
    // Few large writes cost less than many small ones (docs/performance.md).
    private const int BufferSize = 256 * 1024;

    /// <summary>Answers one GET or HEAD; returns how many bytes of the file were sent.</summary>
    public static async Task<long> SendAsync(HttpContext context, BootFile file)
    {
        var entityTag = file.EntityTag is { } tag ? new EntityTagHeaderValue($"\"{tag}\"") : null;
        var plan = ByteRangePlan.For(context.Request, file.Length, entityTag);
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
        return await CopyAsync(file, plan, response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
    }

    // Read straight into the response's own buffers: one copy of each byte less than to write it there.
    private static async Task<long> CopyAsync(BootFile file, ByteRangePlan plan, PipeWriter body, CancellationToken cancellationToken)
    {
        long sent = 0;
        while (sent < plan.Count)
        {
            var part = body.GetMemory((int)Math.Min(BufferSize, plan.Count - sent));
            part = part[..(int)Math.Min(Math.Min(BufferSize, part.Length), plan.Count - sent)];
            var read = await ReadAsync(file, part, plan.Offset + sent, cancellationToken).ConfigureAwait(false);
            // The length is already promised: a short file must break the connection, not look complete.
            if (read == 0) throw new IOException($"The file ended {plan.Count - sent} bytes early.");
            body.Advance(read);
            sent += read;
            await body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return sent;
    }

    // .NET reads files on a thread of its pool, whichever way it is asked; here that thread is this one, and nothing has to be handed over.
    private static ValueTask<int> ReadAsync(BootFile file, Memory<byte> part, long offset, CancellationToken cancellationToken) =>
        file.Handle is { } handle ? new(RandomAccess.Read(handle, part.Span, offset)) : file.ReadAsync(part, offset, cancellationToken);
}

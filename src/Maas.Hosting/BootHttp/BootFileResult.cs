using System.Globalization;
using Maas.Boot.Files;
using Maas.Hosting.BootHttp.Sending;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.BootHttp;

/// <summary>Sends a <see cref="BootFile"/> over HTTP with ranges, HEAD, validator and an exact length.</summary>
internal static class BootFileResult
{
    /// <summary>
    /// Answers one GET or HEAD; returns how many bytes of the file were sent, fewer than promised when the client went away.
    /// </summary>
    /// <param name="context">The request and its answer.</param>
    /// <param name="file">What is sent.</param>
    /// <param name="name">The file's name, which tells its media type.</param>
    /// <param name="timeProvider">Measures how long the client takes nothing.</param>
    public static async Task<long> SendAsync(HttpContext context, BootFile file, string name, TimeProvider timeProvider)
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
                response.Headers.ContentRange =
                    string.Create(CultureInfo.InvariantCulture, $"bytes {plan.Offset}-{plan.Offset + plan.Count - 1}/{file.Length}");
                break;
            case StatusCodes.Status416RangeNotSatisfiable:
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
                return 0;
            case StatusCodes.Status304NotModified or StatusCodes.Status412PreconditionFailed:
                return 0;
        }

        response.ContentType = BootContentType.Of(name);
        response.ContentLength = plan.Count;
        if (HttpMethods.IsHead(context.Request.Method)) return 0;
        return await new BootFileSender(context, file, timeProvider).SendAsync(plan.Offset, plan.Count).ConfigureAwait(false);
    }
}

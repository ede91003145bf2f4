using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Hosting.BootHttp;

/// <summary>Which bytes of a file a request earns (RFC 9110 sections 13 and 14): a pure function of the request's headers.</summary>
/// <param name="StatusCode">200, 206, 304, 412 or 416.</param>
/// <param name="Offset">The first byte to send.</param>
/// <param name="Count">How many bytes to send; 0 when the answer has no body.</param>
internal readonly record struct ByteRangePlan(int StatusCode, long Offset, long Count)
{
    /// <summary>
    /// Decides on one request for a file of <paramref name="length"/> bytes with the validator <paramref name="entityTag"/>.
    /// </summary>
    /// <remarks>
    /// One range is served. Several are answered with the whole file, which section 14.2 allows: no firmware asks for them
    /// and overlapping ones are an amplification. Ranges mean something to GET alone: HEAD answers for the whole file.
    /// </remarks>
    public static ByteRangePlan For(HttpRequest request, long length, EntityTagHeaderValue? entityTag)
    {
        var headers = request.GetTypedHeaders();
        if (headers.IfMatch.Count > 0 && !Matches(headers.IfMatch, entityTag, strong: true))
            return new(StatusCodes.Status412PreconditionFailed, 0, 0);
        if (headers.IfNoneMatch.Count > 0 && Matches(headers.IfNoneMatch, entityTag, strong: false))
            return new(StatusCodes.Status304NotModified, 0, 0);

        var whole = new ByteRangePlan(StatusCodes.Status200OK, 0, length);
        if (!HttpMethods.IsGet(request.Method) || headers.Range is not { Ranges.Count: 1 } range
            || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)) return whole;
        // If-Range by date never matches: boot files have no date that outlives a rebuild.
        if (headers.IfRange is { } ifRange
            && (ifRange.EntityTag is null || entityTag is null || !ifRange.EntityTag.Compare(entityTag, useStrongComparison: true)))
            return whole;

        return range.Ranges.First() switch
        {
            { From: { } from } when from >= length => NotSatisfiable,
            { From: { } from, To: var to } =>
                new(StatusCodes.Status206PartialContent, from, Math.Min(to ?? long.MaxValue, length - 1) - from + 1),
            { To: { } suffix } when suffix > 0 && length > 0 =>
                new(StatusCodes.Status206PartialContent, Math.Max(0, length - suffix), Math.Min(suffix, length)),
            _ => NotSatisfiable,
        };
    }

    private static ByteRangePlan NotSatisfiable => new(StatusCodes.Status416RangeNotSatisfiable, 0, 0);

    private static bool Matches(IList<EntityTagHeaderValue> candidates, EntityTagHeaderValue? entityTag, bool strong) =>
        candidates.Any(candidate =>
        candidate.Equals(EntityTagHeaderValue.Any) || (entityTag is not null && candidate.Compare(entityTag, strong)));
}

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Results;

/// <summary>The headers of every response of the API, refusals included.</summary>
internal static class ResponseHeaders
{
    /// <summary>
    /// Adds them. cloud-init sets its clock by Date, so it must be the time of the clock with which timestamps are compared.
    /// </summary>
    public static void AddTo(HttpResponse response, TimeProvider timeProvider)
    {
        response.Headers.Date = timeProvider.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Results;

/// <summary>The answers that recur, with MAAS's status codes and words where a client depends on them.</summary>
internal static class ApiResults
{
    public static ApiResult Ok { get; } = new ApiResult.Text(StatusCodes.Status200OK, "OK");

    public static ApiResult NoContent { get; } = new ApiResult.Empty();

    public static ApiResult Text(string body, int status = StatusCodes.Status200OK) => new ApiResult.Text(status, body);

    public static ApiResult Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) => new ApiResult.Json(write, status);

    public static ApiResult List<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => ApiResult.JsonList.Of(items, write);

    public static ApiResult BadRequest(string reason) => Text(reason, StatusCodes.Status400BadRequest);

    /// <summary>
    /// Credentials are missing or wrong. cloud-init sets its clock by the Date header of the response.
    /// </summary>
    public static ApiResult Unauthorized(string reason) => Text(reason, StatusCodes.Status401Unauthorized) with
    {
        Headers = [new("WWW-Authenticate", "OAuth realm=\"MAAS API\"")],
    };

    public static ApiResult Forbidden(string reason) => Text(reason, StatusCodes.Status403Forbidden);

    /// <param name="kind">What was looked for, as MAAS's own models are called (Machine, Tag, SSHKey).</param>
    public static ApiResult NotFound(string kind) => Text($"No {kind} matches the given query.", StatusCodes.Status404NotFound);

    /// <summary>Not now. Without Retry-After: gomaasapi would ask four times over.</summary>
    public static ApiResult Conflict(string reason) => Text(reason, StatusCodes.Status409Conflict);

    /// <summary>Later. With Retry-After in whole seconds, which the clients wait for.</summary>
    public static ApiResult Busy(string reason, TimeSpan wait) => Text(reason, StatusCodes.Status503ServiceUnavailable) with
    {
        Headers = [new("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture))],
    };

    public static ApiResult TooLarge(long limit) =>
        Text($"The request's body is longer than {limit} bytes.", StatusCodes.Status413PayloadTooLarge);
}

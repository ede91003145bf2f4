using System.Globalization;
using System.Text.Json;
using Maas.Api.Requests;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Answers;

/// <summary>The answers that recur, with MAAS's status codes and words where a client depends on them.</summary>
internal static class Answer
{
    public static ApiAnswer Ok { get; } = new ApiAnswer.Text(StatusCodes.Status200OK, "OK");

    public static ApiAnswer NoContent { get; } = new ApiAnswer.Empty();

    public static ApiAnswer Text(string body, int status = StatusCodes.Status200OK) => new ApiAnswer.Text(status, body);

    public static ApiAnswer Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) => new ApiAnswer.Json(write, status);

    public static ApiAnswer List<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => ApiAnswer.JsonList.Of(items, write);

    public static ApiAnswer BadRequest(string reason) => Text(reason, StatusCodes.Status400BadRequest);

    /// <summary>What was wrong with which field, as an object of lists.</summary>
    public static ApiAnswer BadForm(FormReader form) => Json(json =>
    {
        json.WriteStartObject();
        foreach (var (field, messages) in form.Errors) json.WriteTexts(field, messages);
        json.WriteEndObject();
    }, StatusCodes.Status400BadRequest);

    /// <summary>Credentials are missing or wrong. cloud-init sets its clock by the Date header that the dispatcher puts on every answer.</summary>
    public static ApiAnswer Unauthorized(string reason) => Text(reason, StatusCodes.Status401Unauthorized) with
    {
        Headers = [new("WWW-Authenticate", "OAuth realm=\"MAAS API\"")],
    };

    public static ApiAnswer Forbidden(string reason) => Text(reason, StatusCodes.Status403Forbidden);

    /// <param name="kind">What was looked for, as MAAS's own models are called (Machine, Tag, SSHKey).</param>
    public static ApiAnswer NotFound(string kind) => Text($"No {kind} matches the given query.", StatusCodes.Status404NotFound);

    /// <summary>Not now. Without Retry-After: gomaasapi would ask four times over.</summary>
    public static ApiAnswer Conflict(string reason) => Text(reason, StatusCodes.Status409Conflict);

    /// <summary>Later. With Retry-After in whole seconds, which the clients wait for.</summary>
    public static ApiAnswer Busy(string reason, TimeSpan wait) => Text(reason, StatusCodes.Status503ServiceUnavailable) with
    {
        Headers = [new("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture))],
    };

    public static ApiAnswer TooLarge(long limit) => Text($"The request's body is longer than {limit} bytes.", StatusCodes.Status413PayloadTooLarge);
}
